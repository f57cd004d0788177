export { type Answered, book, offer } from './book.js';
export { findFreeTime, type Time } from './find.js';
export { type Heard, type Live, listen } from './live.js';
