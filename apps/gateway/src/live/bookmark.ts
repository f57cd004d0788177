/** `-` stands where there was no event yet. */
const PART = /^([a-z]{1,40}):(-|[0-9a-f-]{36})$/;

/**
 * How far somebody has read: of each context the id of the last event, as there is no order across contexts. It is the
 * `id` of every message, so a browser sends it back by itself: `digilist:<event id>,platform:<event id>`.
 */
export class Bookmark {
  private readonly last = new Map<string, string>();

  /** What cannot be read is forgotten events: the services say so themselves when they do not know an id. */
  static parse(text: string | undefined, contexts: readonly string[]): Bookmark {
    const bookmark = new Bookmark();
    if (text === undefined || text === '') return bookmark;
    for (const part of text.split(',')) {
      const [, context, id] = PART.exec(part) ?? [];
      if (context !== undefined && id !== undefined && contexts.includes(context)) bookmark.set(context, id);
    }
    if (bookmark.last.size === 0) for (const context of contexts) bookmark.set(context, UNREADABLE);
    return bookmark;
  }

  /** null: nothing has been read of it. */
  of(context: string): string | null {
    return this.last.get(context) ?? null;
  }

  set(context: string, id: string): void {
    this.last.set(context, id);
  }

  toString(): string {
    return [...this.last]
      .filter(([, id]) => id !== UNREADABLE)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([context, id]) => `${context}:${id}`)
      .join(',');
  }
}

/** No event has it, so whoever is asked to go on after it says that this cannot be. */
const UNREADABLE = 'unreadable';
