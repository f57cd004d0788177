import { factSchema } from '@kit/contracts';
import { SYSTEM_DATABASE } from '@kit/service';
import { Inject, Injectable } from '@nestjs/common';
import { type LocalizedText, platformEvents, type WebhookEventDefinition } from '@platform/contracts';
import type { DataSource } from 'typeorm';
import { CATALOGUE } from './webhooks.sql.js';

/** A product that registers anew is noticed within this. */
const CACHED_MS = 5_000;

/** An event that may leave as a webhook. */
export interface CatalogueEntry {
  readonly type: string;
  readonly title: LocalizedText;
  readonly module: string | null;
  /** One of these must be entitled; an event of PLATFORM needs none. */
  readonly modules: readonly string[];
  readonly schema: object;
  readonly example: object;
}

export type EventCatalogue = ReadonlyMap<string, CatalogueEntry>;

interface ProductRow {
  key: string;
  modules: string[];
  events: WebhookEventDefinition[] | null;
}

/** What can be subscribed to: PLATFORM's own events, and those that products name in their manifests. */
@Injectable()
export class Catalogue {
  private cached: { entries: Promise<EventCatalogue>; until: number } | null = null;

  constructor(@Inject(SYSTEM_DATABASE) private readonly system: DataSource) {}

  entries(): Promise<EventCatalogue> {
    if (this.cached && this.cached.until > Date.now()) return this.cached.entries;
    const entries = this.read();
    this.cached = { entries, until: Date.now() + CACHED_MS };
    entries.catch(() => {
      this.cached = null;
    });
    return entries;
  }

  forget(): void {
    this.cached = null;
  }

  private async read(): Promise<EventCatalogue> {
    const products: ProductRow[] = await this.system.query(CATALOGUE);
    const theirs = products.flatMap(({ modules, events }) =>
      (events ?? []).map(({ type, title, schema, example, module = null }): CatalogueEntry => {
        return { type, title, schema, example, module, modules: module === null ? modules : [module] };
      }),
    );
    return new Map([...OWN, ...theirs].map((entry) => [entry.type, entry]));
  }
}

const OWN: readonly CatalogueEntry[] = platformEvents.map((event) => ({
  type: event.type,
  title: { nb: event.summary, nn: event.summary, en: event.summary },
  module: null,
  modules: [],
  ...factSchema(event.data),
}));
