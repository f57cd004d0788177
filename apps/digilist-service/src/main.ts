import { runService } from '@kit/service';
import { loadDigilistConfig } from './config.js';
import { serviceOptions } from './service-options.js';

try {
  await runService(serviceOptions(loadDigilistConfig()));
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
