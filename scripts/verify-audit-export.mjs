#!/usr/bin/env node
// Checks an export of the audit log without the system it came from: node verify-audit-export.mjs <file> [--keys <file>] [--anchors <file>]
//
// --keys     what /.well-known/audit-keys.json answered, fetched by you; without it the key in the file vouches for itself
// --anchors  signed states of the chain that you kept (JSON lines, as the anchor files have them)
//
// Every record is hashed again, the hashes are chained again, and where the chain ends has to be what was signed. What is
// personal is covered as ciphertext; its opened form beside it is a help for the reader and proves nothing.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const fail = (message) => {
  console.error(`NOT GENUINE: ${message}`);
  process.exit(1);
};

const { values, positionals } = parseArgs({
  options: { keys: { type: 'string' }, anchors: { type: 'string' } },
  allowPositionals: true,
});
const [file] = positionals;
if (!file) {
  console.error('usage: verify-audit-export.mjs <file> [--keys <file>] [--anchors <file>]');
  process.exit(2);
}

/** JSON in one single form (RFC 8785). */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map((item) => canonical(item ?? null)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return `{${keys
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`)
    .join(',')}}`;
}

const sha256 = (...parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

/** A line of CSV (RFC 4180); `next` gives further lines while a quoted cell goes on. */
async function cells(line, next) {
  const found = [];
  let text = line;
  while ((text.split('"').length - 1) % 2 === 1) {
    const more = await next();
    if (more === null) fail('the file ends within a cell');
    text += `\n${more}`;
  }
  text = text.replace(/\r$/, '');
  const pattern = /("(?:[^"]|"")*"|[^,]*)(,|$)/g;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [, cell, end] = match;
    found.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    if (end === '') break;
  }
  return found;
}

const plain = (value) => (value === null ? '' : typeof value === 'object' ? canonical(value) : String(value));
/** What came into the records with their third format. */
const LATER = ['traceId', 'sessionId'];
const shown = (value) => (/^[=+\-@\t\r]/.test(plain(value)) ? `'${plain(value)}` : plain(value));

/** What an OCSF event says must be what the record in it says. */
function agrees(event, record) {
  const { metadata, actor, status_id: status } = event;
  return (
    metadata?.uid === record.id &&
    metadata?.sequence === record.seq &&
    metadata?.event_code === record.action &&
    metadata?.tenant_uid === record.tenantId &&
    event.time === Date.parse(record.occurredAt) &&
    actor?.user?.uid === (record.actorId ?? record.actorKind) &&
    (actor?.session?.uid ?? null) === (record.sessionId ?? null) &&
    (event.unmapped?.trace_id ?? null) === (record.traceId ?? null) &&
    (status === 2) === (record.outcome === 'refused')
  );
}

/** Split at line feeds and nowhere else: a carriage return may belong to a text. */
async function* linesOf(name) {
  let rest = '';
  for await (const part of createReadStream(name, 'utf8')) {
    const found = (rest + part).split('\n');
    rest = found.pop();
    yield* found;
  }
  if (rest !== '') yield rest;
}

/** Reads the records one by one, whatever the format, and the proof at the end. */
async function* read() {
  const lines = linesOf(file);
  const next = async () => {
    const { value, done } = await lines.next();
    return done ? null : value;
  };
  let columns = null;
  for (let line = await next(); line !== null; line = await next()) {
    if (line.trim() === '') continue;
    if (columns === null && line.startsWith('{')) {
      const entry = JSON.parse(line);
      if (entry.proof) yield { proof: entry.proof };
      else if (entry.raw_data !== undefined) {
        const record = JSON.parse(entry.raw_data);
        if (!agrees(entry, record)) fail(`the event of record ${record.seq} says something else than the record`);
        yield { record };
      } else yield { record: entry.record };
      continue;
    }
    const row = await cells(line, next);
    if (columns === null) columns = row;
    else if (row[0] === 'proof') yield { proof: JSON.parse(row[1]) };
    else {
      const record = JSON.parse(row[columns.length - 1]);
      columns.forEach((column, at) => {
        // Records of older formats were hashed without them, so whatever stood there would be vouched for by nothing.
        if (LATER.includes(column) && !(column in record) && row[at] !== '')
          fail(`record ${record.seq}: the column ${column} says what the record does not`);
        if (column in record && column !== 'personal' && column !== 'ip' && column !== 'userAgent')
          if (row[at] !== shown(record[column]))
            fail(`record ${record.seq}: the column ${column} says something else than the record`);
      });
      yield { record };
    }
  }
}

const keys = new Map();
const learn = (jwk) => keys.set(jwk.kid, createPublicKey({ key: jwk, format: 'jwk' }));
if (values.keys) for (const jwk of JSON.parse(readFileSync(values.keys, 'utf8')).keys) learn(jwk);

function requireSigned(what, { signature, ...statement }) {
  const key = keys.get(statement.kid);
  if (!key) fail(`${what} is signed by a key that is not known: ${statement.kid}`);
  const bytes = Buffer.from(canonical(statement));
  if (!verify(null, bytes, key, Buffer.from(signature, 'base64url'))) fail(`the signature of ${what} does not fit`);
}

const kept = values.anchors
  ? readFileSync(values.anchors, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : [];
const places = new Map(kept.map((anchor) => [anchor.seq, anchor.publicHead]));

// The proof says where the chain begins, and it comes last: it is read first, so that nothing has to be kept.
let proof = null;
for await (const entry of read()) if (entry.proof) proof = entry.proof;
if (!proof) fail('there is no proof at the end: the file was cut');
const { anchor, key, ...statement } = proof;
if (!values.keys && key) learn(key);
requireSigned('the proof', statement);
for (const one of kept) requireSigned(`the anchor of place ${one.seq}`, one);
if (anchor) {
  requireSigned('the anchor', anchor);
  places.set(anchor.seq, places.get(anchor.seq) ?? anchor.publicHead);
  if (places.get(anchor.seq) !== anchor.publicHead) fail(`two anchors of place ${anchor.seq} say different things`);
}

let chain = Buffer.from(statement.before, 'hex');
let seq = statement.first - 1;
let count = 0;
let older = 0;
let compared = 0;
for await (const { record } of read()) {
  if (!record) continue;
  if (record.tenantId !== statement.tenant) fail(`record ${record.seq} belongs to another tenant`);
  if (record.seq !== seq + 1) fail(`after record ${seq} comes ${record.seq}`);
  seq = record.seq;
  count += 1;
  // Records of the first format lie before the public chain.
  if (record.format === undefined) older += 1;
  else chain = sha256(chain, sha256(canonical(record)));
  const head = places.get(seq);
  if (head === undefined) continue;
  compared += 1;
  if (head !== chain.toString('hex')) fail(`up to record ${seq} something is not what was signed then`);
}
if (count !== statement.count || (count > 0 && seq !== statement.last))
  fail(`${statement.count} records were exported, ${count} are in the file`);
if (chain.toString('hex') !== statement.after) fail('a record was changed: the chain does not end where it was signed');

const told = [
  `GENUINE: records ${statement.first} to ${statement.last} (${count}) of ${statement.tenant}`,
  `signed ${statement.time}, compared with ${compared} anchor${compared === 1 ? '' : 's'}`,
  ...(older > 0 ? [`${older} records of the first format are not covered`] : []),
  ...(values.keys ? [] : ['the key is the one in the file; give --keys to be sure whose it is']),
];
console.log(told.join('; '));
