/** Why a command of the operator was not done, in words for the operator. */
export class Refusal extends Error {}
