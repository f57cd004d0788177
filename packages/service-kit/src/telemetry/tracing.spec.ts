import { expect, it } from '@jest/globals';
import { createLogger } from '../logging/logger.js';
import { asTrace, openSpan, partOfTrace, spanned } from './spans.js';
import { startTracing } from './tracing.js';

// What a process records that is told of a collector is shown on whole systems, in tests/operations: the exporter loads
// parts of itself in a way that Jest does not offer.
it('a process that is told of no collector records nothing, and passes trace contexts on as they came', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const off = { otlpEndpoint: '', otlpTracesEndpoint: '', otelDisabled: false, otelServiceName: '' };
  const log = createLogger('spec', 'silent');
  expect(await startTracing('spec', off, log)).toBeNull();
  expect(await startTracing('spec', { ...off, otlpEndpoint: 'http://x', otelDisabled: true }, log)).toBeNull();
  expect(openSpan('x', 'SERVER', traceparent, {})).toBeNull();
  expect(await spanned('x', 'SERVER', traceparent, {}, async (own) => own)).toBe(traceparent);
  expect(await asTrace('x', {}, () => partOfTrace('y', 'CLIENT', {}, async () => 'done'))).toBe('done');
});
