import { calendarEvents, digilistEvents, digilistOperations } from '@digilist/contracts';
import { createLogger, loadConfig, logCrashes, startTracing, stopOnSignal } from '@kit/service/edge';
import { platformEvents, platformOperations } from '@platform/contracts';
import { gatewayFields } from './config.js';
import { startGateway } from './gateway.js';

try {
  const config = loadConfig(gatewayFields);
  const logger = createLogger('gateway', config.logLevel);
  logCrashes(logger);
  const tracing = await startTracing('gateway', config, logger);
  const operations = [...platformOperations, ...digilistOperations];
  const events = [...platformEvents, ...digilistEvents];
  const gateway = await startGateway({ config, logger, operations, events, publicEvents: calendarEvents });
  const stop = async () => {
    await gateway.stop();
    await tracing?.stop();
  };
  stopOnSignal(stop, logger);
} catch (error) {
  process.stderr.write(`The gateway cannot start: ${(error as Error).message}\n`);
  process.exit(1);
}
