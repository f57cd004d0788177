import type { EventEnvelope } from '@kit/contracts';

/** `acme.report` holds `acme.report.published.v1`, and `acme.rep` does not. */
export const isWithin = (type: string, beginning: string): boolean =>
  type === beginning || type.startsWith(beginning.endsWith('.') ? beginning : `${beginning}.`);

/** Which events a listener has asked for. */
export class Wanted {
  private readonly types: readonly string[];
  private readonly about: ReadonlySet<string>;

  constructor({ types = [], about = [] }: { types?: readonly string[]; about?: readonly string[] }) {
    this.types = types;
    this.about = new Set(about);
  }

  /** False when no event of this context can be among them. */
  concerns(context: string): boolean {
    return this.types.length === 0 || this.types.some((type) => isWithin(type, context));
  }

  takes(event: EventEnvelope): boolean {
    const ofType = this.types.length === 0 || this.types.some((type) => isWithin(event.type, type));
    return ofType && (this.about.size === 0 || this.isAbout(event));
  }

  private isAbout({ subject, data }: EventEnvelope): boolean {
    if (this.about.has(subject)) return true;
    return Object.values(data as object)
      .flat()
      .some((value) => this.about.has(value));
  }
}
