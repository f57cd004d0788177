/** Something the person at the terminal can do something about: the message says what. No stack is shown. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
