import { runRepublish } from '@kit/service';

await runRepublish({ context: 'digilist' });
