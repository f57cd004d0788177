import { birthDateIn } from './national-id.js';

describe('the date of birth in a national identity number', () => {
  it.each([
    ['of the last century', '01017012345', '1970-01-01'],
    ['of this one', '29020850012', '2008-02-29'],
    ['of the one before the last', '31129960012', '1899-12-31'],
    ['of the last century, with the digits of those born from 1940 on', '15064590012', '1945-06-15'],
    ['of a D-number', '41017012345', '1970-01-01'],
    ['of a test person of Skatteetaten', '01817012345', '1970-01-01'],
    ['of a test person of NAV', '01417012345', '1970-01-01'],
    ['of a newer test person of NAV', '01777012345', '1970-12-01'],
    ['that is on no calendar', '29027012345', null],
    ['with a month too many', '01137012345', null],
    ['of no century', '01014580012', null],
    ['that is too short', '0101701234', null],
    ['that is no number', 'pid-of-kari', null],
  ])('%s', (_, nationalId, expected) => expect(birthDateIn(nationalId)).toBe(expected));
});
