/** The whole number that was typed; null when it is none, or not from `least` to `most`. */
export function wholeDays(typed: string, least: number, most: number): number | null {
  const days = Number(typed);
  return typed.trim() !== '' && Number.isInteger(days) && days >= least && days <= most ? days : null;
}
