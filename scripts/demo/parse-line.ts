/** One line of a program that speaks JSON lines; a line that is no JSON object has nothing to say. */
export function parseLine(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Whether a line tells this event. */
export function isEvent(event: string): (line: string) => boolean {
  return (line) => parseLine(line).event === event;
}
