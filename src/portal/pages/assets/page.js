/** What the pages' scripts share. Texts and settings stand in the page as JSON, because nothing inline is run. */

/** @returns {Record<string, any>} */
export function pageData() {
  const element = document.getElementById('data');
  return element === null ? {} : JSON.parse(element.textContent ?? '{}');
}

/** @param {string} id */
export function byId(id) {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`the page has no ${id}`);
  return element;
}

/**
 * @param {string} text
 * @param {Record<string, string | number>} values
 */
export function fill(text, values) {
  return text.replace(/\{\{(\w+)\}\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Shows one of the sections of the page and says so to screen readers by moving to its heading. @param {string} name */
export function show(name) {
  for (const section of document.querySelectorAll('[data-view]'))
    section.hidden = section.dataset.view !== name;
  document.querySelector(`[data-view="${name}"] h1`)?.focus();
}

/**
 * Calls the portal. Resolves with the answer, or with the code of its refusal; a portal that cannot be reached is `network-offline`, and
 * one in whose stead something else answers is `unavailable`.
 *
 * @param {string} path
 * @param {object} body
 * @returns {Promise<{ ok: true, body: any } | { ok: false, code: string, data: any }>}
 */
export async function call(path, body) {
  const refused = (code, data) => ({ ok: false, code, data });
  let response;
  let text;
  try {
    response = await fetch(new URL(path, document.baseURI), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    text = await response.text();
  } catch {
    return refused('network-offline');
  }
  try {
    const answer = text === '' ? undefined : JSON.parse(text);
    return response.ok ? { ok: true, body: answer } : refused(answer?.code ?? 'internal', answer?.data);
  } catch {
    return refused('unavailable');
  }
}

/**
 * Says why something was refused, in the element for it.
 *
 * @param {HTMLElement} element
 * @param {{ title: string, means: string, next: string, reference?: string } | undefined} problem
 * @param {{ requestId?: string }} [data] of the refusal
 */
export function explain(element, problem, data) {
  element.hidden = problem === undefined;
  if (problem === undefined) return;
  const title = document.createElement('strong');
  title.textContent = problem.title;
  const reference =
    problem.reference === undefined || data?.requestId === undefined
      ? ''
      : ` ${fill(problem.reference, { id: data.requestId })}`;
  element.replaceChildren(title, ` ${problem.means} ${problem.next}${reference}`);
}

/** Marks the button of a form as busy; a busy one ignores being pressed. @param {HTMLElement} button @param {boolean} busy */
export function setBusy(button, busy) {
  button.setAttribute('aria-disabled', String(busy));
}

/** @param {HTMLElement} button */
export function isBusy(button) {
  return button.getAttribute('aria-disabled') === 'true';
}

// The token of a link is in the fragment; another language is the same page with the same fragment.
for (const link of document.querySelectorAll('.languages a'))
  link.addEventListener('click', () => {
    link.hash = location.hash;
  });
