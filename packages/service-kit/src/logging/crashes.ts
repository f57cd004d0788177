import type { Logger } from './logger.js';

/** What nobody has caught ends the process, and is logged like everything else: Node would print all an error holds. */
export function logCrashes(logger: Logger): void {
  process.on('uncaughtException', (error) => {
    logger.fatal({ err: error }, 'crashed');
    process.exit(1);
  });
}
