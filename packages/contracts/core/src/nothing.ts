/** Request without a single property. */
export class Nothing {}
