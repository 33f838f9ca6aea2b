/** ms that a client may take to end: up to 5 s of its own stop, and the profile is free. */
export const endingLimit = 10_000;
