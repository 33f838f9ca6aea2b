import { homedir } from 'node:os';

/** A text with the person's home folder as `~`, as a path or inside JSON: its name is the name of a person, mostly. */
export function withoutHome(text: string, home = homedir()): string {
  const trimmed = home.replace(/[\\/]+$/, '');
  if (trimmed === '') return text;
  const written = [trimmed, JSON.stringify(trimmed).slice(1, -1)].map((form) => RegExp.escape(form));
  return text.replace(new RegExp(`(${written.join('|')})(?![\\w.-])`, 'g'), '~');
}
