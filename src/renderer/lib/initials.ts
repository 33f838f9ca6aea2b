const firstLetter = (text: string) => Array.from(text.trim())[0]?.toLocaleUpperCase() ?? '';

/** First letters of a person's name and surname, for a place where the name itself stands beside it: of two surnames the first. */
export function initialsOf({ firstName, lastName }: { firstName: string; lastName: string }): string {
  return firstLetter(firstName) + firstLetter(lastName);
}

/** Those of a name that nobody took apart: of its first and last word. */
export function initialsOfName(name: string): string {
  const [first = '', ...others] = name.trim().split(/\s+/);
  return initialsOf({ firstName: first, lastName: others.at(-1) ?? '' });
}
