import type { Language } from '../contract/primitives.ts';

/** Why a browser is not let in, for the person before it: what happened, what it means, what to do. */
export interface RefusalWords {
  readonly language: Language;
  readonly title: string;
  readonly means: string;
  readonly next: string;
}

/** The words for a program. */
export function refusalText({ title, means, next }: RefusalWords): string {
  return `${title}. ${means} ${next}`;
}

/** A page of its own: what a browser without a session asks for next is refused, too. @param nonce of the content policy that it goes with */
export function refusalPage({ language, title, means, next }: RefusalWords, nonce: string): string {
  return `<!doctype html>
<html lang="${language}">
  <head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    <meta name="color-scheme" content="light dark" />
    <title>${escaped(title)} – Aldaba</title>
    <style nonce="${nonce}">${style}</style>
  </head>
  <body>
    <main>
      <p class="product">Aldaba</p>
      <h1>${escaped(title)}</h1>
      <p>${escaped(means)}</p>
      <p>${escaped(next)}</p>
    </main>
  </body>
</html>
`;
}

/** Colors of src/renderer/theme/tokens.css. */
const style = `
body { margin: 0; padding: 12vh 24px 24px; background: light-dark(#f4f6f7, #14181b); color: light-dark(#1a2026, #e8ecef);
  font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60ch; margin: 0 auto; }
.product { margin: 0; color: light-dark(#525d68, #a9b4be); font-weight: 600; }
h1 { margin: 4px 0 16px; font-size: 24px; line-height: 1.25; }
p { margin: 0 0 12px; overflow-wrap: anywhere; }
`;

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
