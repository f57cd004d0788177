const LINE_OCTETS = 75;

/** A line of an iCalendar object (RFC 5545 3.1): no longer than 75 octets, folded between characters. */
export function contentLine(name: string, value: string | number): string {
  const line = `${name}:${value}`;
  if (Buffer.byteLength(line) <= LINE_OCTETS) return `${line}\r\n`;
  const parts: string[] = [];
  let part = '';
  let room = LINE_OCTETS;
  for (const character of line) {
    const octets = Buffer.byteLength(character);
    if (octets > room) {
      parts.push(part);
      part = '';
      // The space that says the line goes on counts too.
      room = LINE_OCTETS - 1;
    }
    part += character;
    room -= octets;
  }
  return `${[...parts, part].join('\r\n ')}\r\n`;
}

/** A value of the type TEXT (RFC 5545 3.3.11). No control character but the line break has a place in it. */
export const textValue = (text: string): string =>
  text
    .replace(/\r\n?/g, '\n')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is taken out
    .replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ')
    .replace(/[\\;,]/g, (character) => `\\${character}`)
    .replaceAll('\n', '\\n');

const two = (value: number): string => String(value).padStart(2, '0');

/** A value of the type DATE-TIME in UTC. */
export const utcValue = (instant: Date): string => `${instant.toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;

/** A value of the type DATE-TIME as a clock on the wall shows it: `date` as YYYY-MM-DD, minutes since midnight. */
export const wallValue = (date: string, minute: number): string =>
  `${date.replaceAll('-', '')}T${two(Math.floor(minute / 60))}${two(minute % 60)}00`;

/** A value of the type UTC-OFFSET. */
export const offsetValue = (minutes: number): string => {
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}${two(size % 60)}`;
};
