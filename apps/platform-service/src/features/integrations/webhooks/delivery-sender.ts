import { type Secret, signWebhook } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { type Place, Vault } from '../../../secrets/index.js';
import { type IncomingAnswer, SafeHttp, SendFailed, TargetRefused } from '../safe-http.js';
import { DeliveryClock } from './clock.js';
import { attemptResponse, messageContent, webhookSecret } from './deliveries.sql.js';
import { failed, shownHeaders, type Verdict, verdictOf } from './domain/outcome.js';

const TIMEOUT_MS = 15_000;
const SHOWN_BYTES = 1_024;
const KEPT_OPEN_MS = 1_000;
const KEPT_OPEN = 500;

export interface ClaimedDelivery {
  tenantId: string;
  id: string;
  endpointId: string;
  messageId: string;
  kind: 'event' | 'test';
  round: number;
  attempt: number;
  url: string;
  content: string;
  secrets: { id: string; sealed: string }[];
  /** Nothing has failed there since a success of the last minute. */
  well: boolean;
}

/** An attempt that was made, and what came of it. */
export interface Attempt {
  readonly delivery: ClaimedDelivery;
  readonly attemptId: string;
  readonly at: Date;
  readonly verdict: Verdict;
  readonly statusCode: number | null;
  readonly elapsedMs: number;
  readonly headers: Record<string, string>;
  readonly response: string | null;
}

/** Constant for a delivery, however often and by whichever process it is sent. Holds no dot. */
export const webhookIdOf = ({ messageId, endpointId }: Pick<ClaimedDelivery, 'messageId' | 'endpointId'>): string =>
  `${messageId}_${endpointId}`;

/** Signs a delivery and sends it once. */
@Injectable()
export class DeliverySender {
  /** An event goes to many endpoints and a secret signs many events, most of them within a moment. */
  private opened = new Map<string, Promise<Secret>>();
  private openedSince = 0;

  constructor(
    private readonly http: SafeHttp,
    private readonly vault: Vault,
    private readonly clock: DeliveryClock,
  ) {}

  async send(delivery: ClaimedDelivery): Promise<Attempt> {
    const { tenantId, url, round, content, messageId } = delivery;
    const [opened, ...secrets] = await Promise.all([
      this.open(tenantId, content, messageContent(messageId)),
      ...delivery.secrets.map(({ id, sealed }) => this.open(tenantId, sealed, webhookSecret(id))),
    ]);
    const body = opened.reveal();
    const at = this.clock.now();
    const signed = signWebhook(
      secrets.map((secret: Secret) => secret.reveal()),
      webhookIdOf(delivery),
      at,
      body,
    );
    const headers = {
      ...signed,
      'content-type': 'application/json',
      ...(round > 1 && { 'webhook-replay': String(round - 1) }),
    };
    const started = Date.now();
    const attemptId = uuidv7();
    try {
      const answer = await this.http.send({ url, method: 'POST', headers, body, timeoutMs: TIMEOUT_MS });
      return {
        delivery,
        attemptId,
        at,
        verdict: verdictOf(answer, at),
        statusCode: answer.status,
        elapsedMs: answer.elapsedMs,
        headers: shownHeaders(answer.headers),
        response: await this.shownBody(tenantId, attemptId, answer),
      };
    } catch (error) {
      if (!(error instanceof TargetRefused) && !(error instanceof SendFailed)) throw error;
      const elapsedMs = Date.now() - started;
      const verdict = failed(error.message);
      return { delivery, attemptId, at, verdict, statusCode: null, elapsedMs, headers: {}, response: null };
    }
  }

  private open(tenantId: string, sealed: string, place: Place): Promise<Secret> {
    if (performance.now() - this.openedSince > KEPT_OPEN_MS || this.opened.size >= KEPT_OPEN) {
      this.opened = new Map();
      this.openedSince = performance.now();
    }
    const name = `${tenantId}/${place.table}/${place.row}/${sealed}`;
    const known = this.opened.get(name);
    if (known) return known;
    const opening = this.vault.openIn(tenantId, sealed, place);
    this.opened.set(name, opening);
    opening.catch(() => this.opened.delete(name));
    return opening;
  }

  /** Only text that a database can keep. */
  private async shownBody(tenantId: string, attemptId: string, { body }: IncomingAnswer): Promise<string | null> {
    if (body.length === 0) return null;
    const text = body.subarray(0, SHOWN_BYTES).toString().replaceAll('\0', '\ufffd').slice(0, SHOWN_BYTES);
    return this.vault.sealIn(tenantId, text, attemptResponse(attemptId));
  }
}
