export { MailModule } from './mail.module.js';
export { Mails, type NewMail } from './mails.js';
