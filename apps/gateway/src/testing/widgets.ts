import { createHash } from 'node:crypto';
import {
  anonymous,
  authenticated,
  Chunk,
  Email,
  errorCode,
  Flag,
  HtmlPage,
  Id,
  Instant,
  Json,
  ListOf,
  ListOfOneOf,
  Money,
  money,
  Nested,
  NOT_FOUND,
  Nothing,
  OneOf,
  operationsOf,
  PageQuery,
  pageOf,
  permission,
  Redirect,
  Refusal,
  STALE_VERSION,
  Text,
  UploadPiece,
  Whole,
} from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';

// Operations of a made-up service in DIGILIST's account, for the gateway's specs.
const operation = operationsOf('digilist');

export const WIDGET_TAKEN = errorCode('WIDGET_TAKEN', 'conflict', {
  nb: 'Dingsen er opptatt.',
  nn: 'Dingsen er oppteken.',
  en: 'The widget is taken.',
});

export const WIDGET_UNKNOWN = errorCode('WIDGET_UNKNOWN', 'unauthenticated', {
  nb: 'Ukjent.',
  nn: 'Ukjend.',
  en: 'Unknown.',
});

export class Part {
  @Text({ min: 1, max: 20, example: 'wheel' })
  name: string;

  @Whole({ min: 1, max: 100 })
  count: number;
}

export class WidgetId {
  @Id()
  id: string;
}

export class CreateWidget {
  @Text({ min: 1, max: 50, description: 'What people call it', example: 'Cart' })
  name: string;

  @OneOf(['red', 'blue'])
  colour: string;

  @ListOf(() => Part, { max: 10 })
  parts: Part[];

  @Nested(() => Money, { optional: true })
  price?: Money;

  @Instant({ optional: true })
  madeAt?: string;

  @Json({ optional: true })
  notes?: Record<string, unknown>;

  @Flag({ optional: true })
  dryRun?: boolean;
}

export class UpdateWidget {
  @Id()
  id: string;

  @Text({ min: 1, max: 50 })
  name: string;
}

export class Widget {
  @Id()
  id: string;

  @Text()
  name: string;

  @OneOf(['red', 'blue'], { nullable: true })
  colour: string | null;

  @ListOf(() => Part)
  parts: Part[];

  @Nested(() => Money)
  price: Money;

  @Whole()
  version: number;
}

export class WidgetPage extends pageOf(Widget) {}

export class ListWidgets extends PageQuery {
  @ListOfOneOf(['red', 'blue'], { optional: true })
  colour?: string[];

  @Flag({ optional: true })
  broken?: boolean;
}

export class Seen {
  @Json()
  seen: Record<string, unknown>;
}

export class Delay {
  @Whole({ min: 0, max: 60_000 })
  milliseconds: number;
}

export class Credentials {
  @Email()
  email: string;

  @Text({ min: 1, max: 100 })
  password: string;
}

export const pingWidgets = operation({
  id: 'pingWidgets',
  subject: 'widget.ping.v1',
  summary: 'Say that widgets are there',
  http: { method: 'GET', path: '/widget-ping' },
  request: Nothing,
  response: Seen,
  access: authenticated,
});
export const createWidget = operation({
  id: 'createWidget',
  subject: 'widget.create.v1',
  summary: 'Make a widget',
  http: { method: 'POST', path: '/widgets', status: 201, query: ['dryRun'] },
  request: CreateWidget,
  response: Widget,
  access: permission('digilist.widget.create'),
  module: 'digilist.widgets',
  errors: [WIDGET_TAKEN],
  idempotent: true,
  version: 'answers',
});
export const listWidgets = operation({
  id: 'listWidgets',
  subject: 'widget.list.v1',
  summary: 'List widgets',
  http: { method: 'GET', path: '/widgets' },
  request: ListWidgets,
  response: WidgetPage,
  access: permission('digilist.widget.read'),
});
export const getWidget = operation({
  id: 'getWidget',
  subject: 'widget.get.v1',
  summary: 'Read a widget',
  http: { method: 'GET', path: '/widgets/{id}' },
  request: WidgetId,
  response: Widget,
  access: permission('digilist.widget.read'),
  errors: [NOT_FOUND],
  version: 'answers',
});
export const updateWidget = operation({
  id: 'updateWidget',
  subject: 'widget.update.v1',
  summary: 'Change a widget',
  http: { method: 'PUT', path: '/widgets/{id}' },
  request: UpdateWidget,
  response: Widget,
  access: permission('digilist.widget.update'),
  errors: [NOT_FOUND],
  version: 'required',
});
export const deleteWidget = operation({
  id: 'deleteWidget',
  subject: 'widget.delete.v1',
  summary: 'Throw a widget away',
  http: { method: 'DELETE', path: '/widgets/{id}' },
  request: WidgetId,
  response: null,
  access: permission('digilist.widget.delete'),
  errors: [STALE_VERSION],
});
export const delayWidget = operation({
  id: 'delayWidget',
  subject: 'widget.delay.v1',
  summary: 'Answer late',
  http: { method: 'POST', path: '/widgets/delay' },
  request: Delay,
  response: Seen,
  access: authenticated,
});
export const breakWidget = operation({
  id: 'breakWidget',
  subject: 'widget.break.v1',
  summary: 'Fail',
  http: { method: 'POST', path: '/widgets/break' },
  request: Nothing,
  response: Seen,
  access: authenticated,
});
export const showWidgets = operation({
  id: 'showWidgets',
  subject: 'widget.show.v1',
  summary: 'What anybody may see',
  http: { method: 'GET', path: '/widget-show' },
  request: Nothing,
  response: Seen,
  access: anonymous('the shop window'),
});
export const forgottenWidget = operation({
  id: 'forgottenWidget',
  subject: 'widget.forget.v1',
  summary: 'Declared, but nobody answers',
  http: { method: 'GET', path: '/widget-forgotten' },
  request: Nothing,
  response: Seen,
  access: authenticated,
});
export const loginWidget = operation({
  id: 'loginWidget',
  subject: 'widget.login.v1',
  summary: 'Sign in',
  http: { method: 'POST', path: '/auth/login' },
  request: Credentials,
  response: Seen,
  access: anonymous('nobody is signed in yet', { tenant: false }),
});

export class WidgetTokens {
  @Text({ max: 4096 })
  accessToken: string;

  @Whole()
  expiresIn: number;

  @Text()
  refreshToken: string;
}
export class WidgetEntry {
  @Text({ max: 4096, description: 'The access token that is wanted' })
  wanted: string;
}
export class WidgetRefresh {
  @Text({ min: 1 })
  refreshToken: string;
}
export class Journey {
  @Text({ max: 500 })
  to: string;

  @Text({ max: 500, optional: true })
  binding?: string;

  @Text({ max: 500, optional: true })
  signature?: string;
}
export class WidgetExport {
  @Whole({ min: 1, max: 1000 })
  pieces: number;

  @Text({ optional: true })
  cursor?: string;
}

export const enterWidgets = operation({
  id: 'enterWidgets',
  subject: 'widget.enter.v1',
  summary: 'Begin a session',
  http: { method: 'POST', path: '/auth/enter', session: 'starts' },
  request: WidgetEntry,
  response: WidgetTokens,
  access: anonymous('nobody is signed in yet', { tenant: false }),
});
export const renewWidgets = operation({
  id: 'renewWidgets',
  subject: 'widget.renew.v1',
  summary: 'Renew a session',
  http: { method: 'POST', path: '/auth/renew', session: 'renews', form: true, framed: true },
  request: WidgetRefresh,
  response: WidgetTokens,
  access: anonymous('the access token has expired', { tenant: false }),
  errors: [WIDGET_UNKNOWN],
});
export const leaveWidgets = operation({
  id: 'leaveWidgets',
  subject: 'widget.leave.v1',
  summary: 'End a session',
  http: { method: 'POST', path: '/auth/leave', status: 204, session: 'ends' },
  request: Nothing,
  response: null,
  access: authenticated,
});
export const guideWidget = operation({
  id: 'guideWidget',
  subject: 'widget.guide.v1',
  summary: 'Send the browser elsewhere',
  http: {
    method: 'GET',
    path: '/widget-guide',
    answers: 'redirect',
    cookies: { binding: 'binding' },
    fields: { signature: 'Widget-Signature' },
  },
  request: Journey,
  response: Redirect,
  access: anonymous('the way in', { tenant: false }),
});
export const exportWidgets = operation({
  id: 'exportWidgets',
  subject: 'widget.export.v1',
  summary: 'Everything, as a file',
  http: { method: 'GET', path: '/widget-export', answers: 'chunks' },
  request: WidgetExport,
  response: Chunk,
  access: authenticated,
  errors: [NOT_FOUND],
});
export class WidgetUpload extends UploadPiece {
  @Id()
  id: string;
}
export class WidgetReceipt {
  @Text()
  uploadId: string;

  @Whole()
  bytes: number;

  @Whole()
  pieces: number;

  @Text({ description: 'SHA-256' })
  sum: string;
}
export const uploadWidget = operation({
  id: 'uploadWidget',
  subject: 'widget.upload.v1',
  summary: 'Take a file',
  http: { method: 'POST', path: '/widgets/{id}/file', upload: ['image/png', 'application/pdf'] },
  request: WidgetUpload,
  response: WidgetReceipt,
  access: authenticated,
  errors: [WIDGET_TAKEN],
});
export class WidgetPicture {
  @Text({ optional: true })
  cursor?: string;

  @Flag({ optional: true })
  open?: boolean;
}
export const showWidgetPicture = operation({
  id: 'showWidgetPicture',
  subject: 'widget.picture.v1',
  summary: 'A picture that never changes',
  http: { method: 'GET', path: '/widget-picture', answers: 'chunks', maxAge: 3600 },
  request: WidgetPicture,
  response: Chunk,
  access: authenticated,
});
export class WidgetNotice {
  @Text({ max: 100_000, description: 'Any JSON', example: '{"a":1}' })
  payload: string;

  @Text({ max: 500, optional: true })
  signature?: string;

  @Text({ max: 500, optional: true })
  authorization?: string;
}
export const noticeWidget = operation({
  id: 'noticeWidget',
  subject: 'widget.notice.v1',
  summary: 'Take what somebody signed',
  http: {
    method: 'POST',
    path: '/widget-notices',
    raw: 'payload',
    fields: { signature: 'Widget-Signature', authorization: 'Authorization' },
  },
  request: WidgetNotice,
  response: Seen,
  access: anonymous('it is signed', { tenant: false }),
});
export const showWidgetPage = operation({
  id: 'showWidgetPage',
  subject: 'widget.page.v1',
  summary: 'A page about widgets',
  http: { method: 'GET', path: '/widget-page', answers: 'page' },
  request: Nothing,
  response: HtmlPage,
  access: anonymous('anybody may look', { tenant: false }),
});
export const oldWidget = operation({
  id: 'oldWidget',
  subject: 'widget.old.v1',
  summary: 'What there was before',
  http: {
    method: 'GET',
    path: '/widget-old',
    retired: { since: '2026-01-01', until: '2027-01-01', successor: '/api/v2/widgets' },
  },
  request: Nothing,
  response: Seen,
  access: authenticated,
});

export const widgetOperations = [
  enterWidgets,
  renewWidgets,
  leaveWidgets,
  guideWidget,
  exportWidgets,
  uploadWidget,
  showWidgetPicture,
  noticeWidget,
  showWidgetPage,
  oldWidget,
  pingWidgets,
  createWidget,
  listWidgets,
  getWidget,
  updateWidget,
  deleteWidget,
  delayWidget,
  breakWidget,
  showWidgets,
  forgottenWidget,
  loginWidget,
];

/** Attempts that came to their last piece. */
export const finishedUploads = new Set<string>();

export const KNOWN_ID = '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f';

export const aWidget = (id = KNOWN_ID, version = 3): Widget => ({
  id,
  name: 'Vogn med blå hjul',
  colour: 'blue',
  parts: Array.from({ length: 4 }, (_, n) => ({ name: `wheel ${n}`, count: n + 1 })),
  price: money(120_000),
  version,
});

const page = { data: Array.from({ length: 20 }, () => aWidget()), nextCursor: null };

/** What the service saw of the request, to hold against what the client sent. */
function seen(ctx: RequestContext, request: object): Seen {
  ctx.authorized = true;
  const { operation: _, now: __, request: ___, ...rest } = ctx;
  return { seen: { ...rest, body: request } };
}

@Controller()
export class WidgetsController {
  @Handles(pingWidgets)
  ping(ctx: RequestContext, request: Nothing): Seen {
    return seen(ctx, request);
  }

  @Handles(createWidget)
  create(ctx: RequestContext, request: CreateWidget): Widget {
    ctx.authorized = true;
    if (request.name === 'taken') throw new Refusal(WIDGET_TAKEN, { details: { alternatives: ['tomorrow'] } });
    if (ctx.idempotencyKey === 'again') ctx.replayed = true;
    return { ...aWidget(KNOWN_ID, 1), name: request.name };
  }

  @Handles(listWidgets)
  list(ctx: RequestContext, _request: ListWidgets): WidgetPage {
    ctx.authorized = true;
    return page;
  }

  @Handles(getWidget)
  get(ctx: RequestContext, { id }: WidgetId): Widget {
    ctx.authorized = true;
    if (id !== KNOWN_ID) throw new Refusal(NOT_FOUND);
    return aWidget();
  }

  @Handles(updateWidget)
  update(ctx: RequestContext, { name }: UpdateWidget): Widget {
    ctx.authorized = true;
    if (ctx.ifMatch !== 3) throw new Refusal(STALE_VERSION);
    return { ...aWidget(KNOWN_ID, 4), name };
  }

  @Handles(deleteWidget)
  async delete(ctx: RequestContext, _request: WidgetId): Promise<void> {
    ctx.authorized = true;
    if (ctx.ifMatch !== null && ctx.ifMatch !== 3) throw new Refusal(STALE_VERSION);
  }

  @Handles(delayWidget)
  async delay(ctx: RequestContext, request: Delay): Promise<Seen> {
    await new Promise((resolve) => setTimeout(resolve, request.milliseconds).unref());
    return seen(ctx, request);
  }

  @Handles(breakWidget)
  break(_ctx: RequestContext, _request: Nothing): Seen {
    throw new Error('password=hunter2 at /srv/secret.ts');
  }

  @Handles(showWidgets)
  show(ctx: RequestContext, request: Nothing): Seen {
    return seen(ctx, request);
  }

  @Handles(loginWidget)
  login(ctx: RequestContext, { email }: Credentials): Seen {
    return seen(ctx, { email });
  }

  @Handles(enterWidgets)
  enter(_ctx: RequestContext, { wanted }: WidgetEntry): WidgetTokens {
    return { accessToken: wanted, expiresIn: 300, refreshToken: 'refresh-1' };
  }

  @Handles(renewWidgets)
  renew(_ctx: RequestContext, { refreshToken }: WidgetRefresh): WidgetTokens {
    if (refreshToken !== 'refresh-1') throw new Refusal(WIDGET_UNKNOWN);
    return { accessToken: 'new.access.token', expiresIn: 300, refreshToken: 'refresh-2' };
  }

  @Handles(leaveWidgets)
  async leave(ctx: RequestContext, _request: Nothing): Promise<void> {
    ctx.authorized = true;
  }

  @Handles(guideWidget)
  guide(_ctx: RequestContext, { to, binding = 'none', signature = 'none' }: Journey): Redirect {
    const location = `${to}?binding=${binding}&signature=${signature}`;
    return { location, cookie: { name: 'binding', value: 'b-1', maxAge: 600 } };
  }

  @Handles(exportWidgets)
  export(ctx: RequestContext, { pieces, cursor = '1' }: WidgetExport): Chunk {
    ctx.authorized = true;
    const piece = Number(cursor);
    if (piece === 13) throw new Refusal(NOT_FOUND);
    const content = piece % 2 === 1 ? `${piece}\n` : Buffer.from(`${piece}\n`).toString('base64');
    const encoding = piece % 2 === 1 ? 'utf8' : 'base64';
    const next = piece < pieces ? String(piece + 1) : null;
    return { content, encoding, contentType: 'text/plain; charset=utf-8', fileName: 'widgets "1".txt', next };
  }

  private readonly received = new Map<string, Buffer[]>();

  @Handles(uploadWidget)
  upload(ctx: RequestContext, { id, uploadId, offset, content, last }: WidgetUpload): WidgetReceipt {
    ctx.authorized = true;
    const pieces = this.received.get(uploadId) ?? [];
    const before = Buffer.concat(pieces);
    if (before.length !== offset) throw new Error(`piece at ${offset} after ${before.length} bytes`);
    if (id !== KNOWN_ID && offset > 0) throw new Refusal(WIDGET_TAKEN);
    this.received.set(uploadId, [...pieces, Buffer.from(content, 'base64')]);
    if (last) finishedUploads.add(uploadId);
    const all = Buffer.concat(this.received.get(uploadId) as Buffer[]);
    const sum = createHash('sha256').update(all).digest('hex');
    return { uploadId, bytes: all.length, pieces: pieces.length + 1, sum };
  }

  @Handles(showWidgetPicture)
  picture(ctx: RequestContext, { open = false }: WidgetPicture): Chunk {
    ctx.authorized = true;
    const file = { content: 'AAEC', encoding: 'base64', contentType: 'image/png', fileName: 'a.png' } as const;
    return { ...file, next: null, inline: true, etag: '"sum"', shared: open };
  }

  @Handles(noticeWidget)
  notice(ctx: RequestContext, request: WidgetNotice): Seen {
    return seen(ctx, request);
  }

  @Handles(showWidgetPage)
  page(): HtmlPage {
    return { html: '<!doctype html><title>Widgets æøå</title>' };
  }

  @Handles(oldWidget)
  old(ctx: RequestContext, request: Nothing): Seen {
    return seen(ctx, request);
  }
}
