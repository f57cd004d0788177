import { MAIL_SETTINGS, Mailer } from '@kit/service';
import { Global, Module } from '@nestjs/common';
import { CONFIG } from '../config.js';
import { MailWorker } from './mail.worker.js';
import { Mails } from './mails.js';

/** Global, because every feature may have something to tell. */
@Global()
@Module({
  providers: [{ provide: MAIL_SETTINGS, useExisting: CONFIG }, Mailer, MailWorker, Mails],
  exports: [Mails],
})
export class MailModule {}
