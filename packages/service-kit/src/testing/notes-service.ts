import { generateKeyPairSync, randomUUID } from 'node:crypto';
import {
  anonymous,
  anybody,
  errorCode,
  eventsOf,
  holders,
  Id,
  NOT_FOUND,
  operationsOf,
  permission,
  Refusal,
  STALE_VERSION,
  Text,
  Whole,
} from '@kit/contracts';
import { createDatabase, type NatsServer, query, startNats, type TestDatabase } from '@kit/testing';
import { Controller, Injectable, Module, type Type } from '@nestjs/common';
import jwt from 'jsonwebtoken';
import pg from 'pg';
import { v7 as uuidv7 } from 'uuid';
import { type PublicJwk, TOKEN_ALGORITHM, TOKEN_AUDIENCE, TOKEN_ISSUER } from '../auth/access-tokens.js';
import { type Ask, Authority, type Standing } from '../auth/authority.js';
import { Reach } from '../auth/reach.js';
import { loadConfig } from '../config/config.js';
import { serviceFields } from '../config/service-config.js';
import type { RequestContext } from '../context/request-context.js';
import { kitTables, letRelaySweepKeys, tenantTable, traceOutbox } from '../database/ddl.js';
import { type Queryable, statement } from '../database/statement.js';
import { UnitOfWork } from '../database/unit-of-work.js';
import { createLogger } from '../logging/logger.js';
import { Handles } from '../rpc/handles.js';
import { type RunningService, startService } from '../service.js';

// A made-up service with one table, for the kit's own specs. It borrows PLATFORM's NATS account and database roles.

const operation = operationsOf('platform');

export class WriteNote {
  @Text({ min: 1, max: 50 })
  text: string;
}
export class ReadNote {
  @Id()
  id: string;
}
export class Note {
  @Id()
  id: string;
  @Text()
  text: string;
  @Whole()
  version: number;
}
export class Nothing {}

export const NOTE_TAKEN = errorCode('NOTE_TAKEN', 'conflict', { nb: 'Finnes', nn: 'Finst', en: 'Taken' });
export const NOTE_UNDECLARED = errorCode('NOTE_UNDECLARED', 'conflict', { nb: 'x', nn: 'x', en: 'x' });

export const writeNote = operation({
  id: 'writeNote',
  subject: 'note.write.v1',
  summary: 'Write a note',
  http: { method: 'POST', path: '/notes', status: 201 },
  request: WriteNote,
  response: Note,
  access: permission('acme.note.write'),
  module: 'acme.notes',
  errors: [NOTE_TAKEN],
  idempotent: true,
  version: 'answers',
});
export const readNote = operation({
  id: 'readNote',
  subject: 'note.read.v1',
  summary: 'Read a note',
  http: { method: 'GET', path: '/notes/{id}' },
  request: ReadNote,
  response: Note,
  access: permission('acme.note.read'),
  errors: [NOT_FOUND],
});
export const forgetToAsk = operation({
  id: 'forgetToAsk',
  subject: 'note.forget.v1',
  summary: 'A handler that never asks whether the caller may',
  request: Nothing,
  response: Nothing,
  access: permission('acme.note.read'),
});
export const refuseOddly = operation({
  id: 'refuseOddly',
  subject: 'note.refuse.v1',
  summary: 'A handler that refuses with a code it does not declare',
  request: Nothing,
  response: Nothing,
  access: anonymous('test', { tenant: false }),
});
export const changeNote = operation({
  id: 'changeNote',
  subject: 'note.change.v1',
  summary: 'Change a note',
  http: { method: 'PATCH', path: '/notes/{id}' },
  request: ReadNote,
  response: Note,
  access: permission('acme.note.write'),
  errors: [NOT_FOUND, STALE_VERSION],
  version: 'required',
});
export const countNotes = operation({
  id: 'countNotes',
  subject: 'note.count.v1',
  summary: 'Anybody may count',
  request: Nothing,
  response: Note,
  access: anonymous('a number tells nobody anything'),
});

export const changeInSilence = operation({
  id: 'changeInSilence',
  subject: 'note.hush.v1',
  summary: 'Changes a note and tells nobody',
  request: ReadNote,
  response: Note,
  access: permission('acme.note.write'),
});

export const boardChanged = eventsOf('platform')({
  aggregate: 'board',
  fact: 'changed',
  summary: 'There is something new on the board',
  data: Nothing,
  audience: () => anybody,
});

export const noteWritten = eventsOf('platform')({
  aggregate: 'note',
  fact: 'written',
  summary: 'A note was written',
  data: Note,
  audience: () => holders('acme.note.read'),
  publicly: ({ text }, id) => (text.startsWith('secret') ? null : { type: boardChanged, id, data: {} }),
});

const INSERT = statement(
  'test-insert-note',
  `INSERT INTO platform.notes (tenant_id, id, text) VALUES ($1, $2, $3) ON CONFLICT (tenant_id, text) DO NOTHING
   RETURNING id, text, version`,
);
const SELECT = statement(
  'test-read-note',
  'SELECT id, text, version FROM platform.notes WHERE tenant_id = $1 AND id = $2',
);
const CHANGE = statement(
  'test-change-note',
  `UPDATE platform.notes SET version = version + 1 WHERE tenant_id = $1 AND id = $2 AND version = $3 RETURNING id, text, version`,
);
const COUNT = statement('test-count-notes', 'SELECT count(*)::int AS n FROM platform.notes');
const STANDING = statement(
  'test-standing',
  'SELECT active, permissions, licence FROM platform.standings WHERE tenant_id = $1 AND user_id = $2',
);
const BY_SLUG = statement('test-tenant', 'SELECT tenant_id AS id FROM platform.slugs WHERE slug = $1');

@Injectable()
export class NotesService {
  constructor(private readonly work: UnitOfWork) {}

  write(ctx: RequestContext, request: WriteNote): Promise<Note> {
    return this.work.run(ctx, async (tx) => {
      const [row] = await tx.query<Note>(INSERT, [tx.tenantId, uuidv7(), request.text]);
      if (!row) throw new Refusal(NOTE_TAKEN);
      tx.emit(noteWritten, { id: row.id, version: row.version, data: row });
      tx.audit({ action: 'acme.note.write', entity: { type: 'note', id: row.id } });
      return row;
    });
  }

  read(ctx: RequestContext, request: ReadNote): Promise<Note> {
    return this.work.run(ctx, (tx) => tx.one<Note>(SELECT, [tx.tenantId, request.id]));
  }

  change(ctx: RequestContext, request: ReadNote): Promise<Note> {
    return this.work.run(ctx, async (tx) => {
      const [row] = await tx.query<Note>(CHANGE, [tx.tenantId, request.id, ctx.ifMatch]);
      if (!row) throw new Refusal(STALE_VERSION);
      tx.audit({ action: 'acme.note.change', entity: { type: 'note', id: row.id } });
      return row;
    });
  }

  hush(ctx: RequestContext, request: ReadNote): Promise<Note> {
    return this.work.run(ctx, (tx) => tx.one<Note>(CHANGE, [tx.tenantId, request.id, 1]));
  }

  count(ctx: RequestContext): Promise<Note> {
    return this.work.run(ctx, async (tx) => {
      const { n } = await tx.one<{ n: number }>(COUNT);
      return { id: tx.tenantId, text: 'notes', version: n };
    });
  }
}

@Controller()
export class NotesController {
  constructor(private readonly notes: NotesService) {}
  @Handles(writeNote)
  write(ctx: RequestContext, request: WriteNote) {
    return this.notes.write(ctx, request);
  }
  @Handles(readNote)
  read(ctx: RequestContext, request: ReadNote) {
    return this.notes.read(ctx, request);
  }
  @Handles(changeNote)
  change(ctx: RequestContext, request: ReadNote) {
    return this.notes.change(ctx, request);
  }
  @Handles(changeInSilence)
  hush(ctx: RequestContext, request: ReadNote) {
    return this.notes.hush(ctx, request);
  }

  @Handles(countNotes)
  count(ctx: RequestContext) {
    return this.notes.count(ctx);
  }
  @Handles(forgetToAsk)
  forget() {
    return {};
  }
  @Handles(refuseOddly)
  refuse(): object {
    throw new Refusal(NOTE_UNDECLARED);
  }
}

@Module({ controllers: [NotesController], providers: [NotesService] })
class NotesModule {}

@Injectable()
class NotesAuthority extends Authority {
  async standing(queryable: Queryable, ctx: RequestContext, tenantId: string, ask: Ask): Promise<Standing> {
    const userId = ctx.principal.kind === 'user' ? ctx.principal.userId : null;
    const [row] = await queryable.query<{ active: boolean; permissions: string[]; licence: Standing['licence'] }>(
      STANDING,
      [tenantId, userId],
    );
    if (!row) return { user: 'unknown', tenant: 'active', reach: new Reach(false), licence: null };
    const may = ask.permission === null || row.permissions.includes(ask.permission);
    return {
      user: row.active ? 'active' : 'inactive',
      tenant: 'active',
      reach: new Reach(may),
      licence: ask.module ? row.licence : null,
    };
  }
  async tenantBySlug(queryable: Queryable, slug: string) {
    const [row] = await queryable.query<{ id: string }>(BY_SLUG, [slug]);
    return row ? { id: row.id, status: 'active' as const } : null;
  }
  catchUp = async (): Promise<boolean> => false;
}

const TABLES = [
  `CREATE TABLE platform.notes (
     tenant_id uuid NOT NULL, id uuid NOT NULL, text text NOT NULL, version int NOT NULL DEFAULT 1,
     PRIMARY KEY (tenant_id, id), UNIQUE (tenant_id, text))`,
  ...tenantTable('platform', 'notes'),
  `CREATE TABLE platform.standings (
     tenant_id uuid NOT NULL, user_id uuid NOT NULL, active boolean NOT NULL, permissions text[] NOT NULL, licence text,
     PRIMARY KEY (tenant_id, user_id))`,
  ...tenantTable('platform', 'standings'),
  'CREATE TABLE platform.slugs (slug text PRIMARY KEY, tenant_id uuid NOT NULL)',
  'GRANT SELECT ON platform.slugs TO platform_lookup',
  ...kitTables('platform'),
  ...traceOutbox('platform'),
  ...letRelaySweepKeys('platform'),
];

export interface Person {
  tenantId: string;
  slug: string;
  userId: string;
  token: string;
}

export interface NotesWorld {
  nats: NatsServer;
  database: TestDatabase;
  start(options?: { poolSize?: number; maxInFlight?: number; module?: Type }): Promise<RunningService>;
  person(options?: { tenantId?: string; permissions?: string[]; licence?: string; active?: boolean }): Promise<Person>;
  sign(claims: object, options?: jwt.SignOptions & { key?: jwt.Secret }): string;
  stop(): Promise<void>;
}

export async function notesWorld(): Promise<NotesWorld> {
  const nats = await startNats();
  const database = await createDatabase(
    'platform',
    async (urls) => {
      const client = new pg.Client({ connectionString: urls.migrator });
      await client.connect();
      for (const sql of TABLES) await client.query(sql);
      await client.end();
    },
    { template: `notes_${TABLES.join('').length}` },
  );
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'test', alg: TOKEN_ALGORITHM, use: 'sig' } as PublicJwk;
  const services: RunningService[] = [];
  const sign: NotesWorld['sign'] = (claims, { key = privateKey, ...options } = {}) =>
    jwt.sign(claims, key, {
      algorithm: TOKEN_ALGORITHM,
      issuer: TOKEN_ISSUER,
      audience: TOKEN_AUDIENCE,
      expiresIn: 300,
      header: { alg: TOKEN_ALGORITHM, typ: 'at+jwt', kid: 'test' },
      ...options,
    });
  return {
    nats,
    database,
    sign,
    async start({ poolSize = 12, maxInFlight = 2_048, module = NotesModule } = {}) {
      const environment = {
        NATS_URL: nats.url,
        NATS_USER: nats.credentials.platform?.user,
        NATS_PASSWORD: nats.credentials.platform?.password,
        PLATFORM_DATABASE_URL: database.urls.app,
        PLATFORM_DATABASE_SYSTEM_URL: database.urls.system,
        DATABASE_POOL_SIZE: String(poolSize),
        MAX_IN_FLIGHT: String(maxInFlight),
        RELAY_POLL_MS: '200',
      };
      const service = await startService({
        context: 'platform',
        config: loadConfig(serviceFields('PLATFORM'), environment),
        module,
        events: [noteWritten],
        authority: NotesAuthority,
        keys: () => async () => [jwk],
        checkAnswers: true,
        logger: createLogger('notes', process.env.LOG_LEVEL ?? 'fatal'),
      });
      services.push(service);
      return service;
    },
    async person({
      tenantId = uuidv7(),
      permissions = ['acme.note.write', 'acme.note.read'],
      licence = 'entitled',
      active = true,
    } = {}) {
      const slug = `t${randomUUID().slice(0, 8)}`;
      const userId = uuidv7();
      await query(database.urls.superuser, 'INSERT INTO platform.standings VALUES ($1, $2, $3, $4, $5)', [
        tenantId,
        userId,
        active,
        permissions,
        licence,
      ]);
      await query(database.urls.superuser, 'INSERT INTO platform.slugs VALUES ($1, $2)', [slug, tenantId]);
      return {
        tenantId,
        slug,
        userId,
        token: sign({ sub: userId, tid: tenantId, ten: slug, sid: uuidv7(), jti: uuidv7() }),
      };
    },
    async stop() {
      await Promise.all(services.map((service) => service.stop()));
      await database.drop();
      await nats.stop();
    },
  };
}
