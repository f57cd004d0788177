import { runLostFacts } from '@kit/service';

await runLostFacts('platform');
