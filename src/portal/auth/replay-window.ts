/**
 * Values seen within a window of time, bounded in memory: two generations, each of at most `capacity` values.
 * When a generation fills up before its time, it is turned over early: under a flood the memory is bounded and the oldest go first.
 */
export class ReplayWindow {
  readonly #window: number;
  readonly #capacity: number;
  #current = new Set<string>();
  #previous = new Set<string>();
  #turnsAt = 0;

  /** @param window milliseconds either side of now for which a value must be remembered */
  constructor(window: number, capacity = 100_000) {
    this.#window = window;
    this.#capacity = capacity;
  }

  /** False when the value was there. `at` is when the value says it was made, both in ms of UTC. */
  add(value: string, at: number, now: number): boolean {
    if (now >= this.#turnsAt || this.#current.size >= this.#capacity) {
      this.#previous = this.#current;
      this.#current = new Set();
      // A value made in the future stays valid for up to two windows.
      this.#turnsAt = now + 2 * this.#window;
    }
    if (Math.abs(now - at) > this.#window) return false;
    if (this.#current.has(value) || this.#previous.has(value)) return false;
    this.#current.add(value);
    return true;
  }
}
