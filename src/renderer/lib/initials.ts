/** Words of a surname by which nobody is called: «Juan de la Torre» is JT. */
const particles = new Set(['de', 'del', 'la', 'las', 'los', 'y', 'i', 'e', 'da', 'das', 'do', 'dos']);

/**
 * First letters of a person's name and first surname, for a place where the name itself stands beside it. From the name as it is shown, also where
 * its parts are known: some places have nothing else, and one person has one monogram. Of three words the first is the name
 * and the others are surnames, of four the first two are names.
 */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter((word) => word !== '' && !particles.has(word.toLowerCase()));
  const surname = words[words.length < 4 ? 1 : 2];
  return firstLetter(words[0]) + firstLetter(surname);
}

const firstLetter = (word = '') => Array.from(word)[0]?.toLocaleUpperCase() ?? '';
