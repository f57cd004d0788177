import { runRepublish } from '@kit/service';
import { republishStates } from './features/products/index.js';

await runRepublish({ context: 'platform', states: republishStates });
