import { Module } from '@nestjs/common';
import { RESOLVE, resolvePublicly, SafeHttp } from './safe-http.js';

@Module({
  providers: [SafeHttp, { provide: RESOLVE, useValue: resolvePublicly }],
  exports: [SafeHttp],
})
export class IntegrationsModule {}
