/** Days that a floating lease is lent for unless said otherwise, at most unless an administrator allows more, and at most ever (docs/figures.md, "States"). */
export const borrowDays = { usual: 7, limit: 14, most: 30 } as const;
