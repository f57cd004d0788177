// An SMTP server that keeps every mail for reading instead of delivering it (MailDev).
import { mkdirSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { root } from './places.mjs';
import { freePort, isPortFree, removeAtEnd, removeNow, startProcess, tail, until } from './processes.mjs';

/** Starts the catcher: SMTP on `smtpPort`, inbox and REST (`GET /email`) on `webPort`, both on 127.0.0.1. */
export async function startMailCatcher({ smtpPort, webPort, mailDir, logFile, pidFile } = {}) {
  let bin;
  try {
    bin = createRequire(path.join(root, 'package.json')).resolve('maildev/bin/maildev');
  } catch {
    throw new Error(
      'The SMTP catcher (maildev) is not installed: run the install again, or give an SMTP server by SMTP_URL.',
    );
  }
  const base = mailDir ? undefined : mkdtempSync(path.join(os.tmpdir(), 'local-mail-'));
  if (base) removeAtEnd(base);
  mailDir ??= path.join(base, 'mail');
  mkdirSync(mailDir, { recursive: true });
  logFile ??= path.join(base ?? path.dirname(mailDir), 'mail.log');
  const fixed = smtpPort !== undefined;
  smtpPort ??= await freePort();
  webPort ??= await freePort();
  let server;
  async function launch() {
    for (const port of [smtpPort, webPort]) {
      if (fixed && !(await isPortFree(port)))
        throw new Error(
          `Port ${port} is in use, the SMTP catcher cannot have it: stop what listens there, or choose others with SMTP_PORT and MAIL_PORT.`,
        );
    }
    server = await startProcess({
      name: 'SMTP catcher',
      command: process.execPath,
      args: [
        bin,
        '--smtp',
        String(smtpPort),
        '--web',
        String(webPort),
        '--ip',
        '127.0.0.1',
        '--web-ip',
        '127.0.0.1',
        '--mail-directory',
        mailDir,
        '--silent',
      ],
      env: { PATH: process.env.PATH, HOME: process.env.HOME, TMPDIR: process.env.TMPDIR ?? os.tmpdir() },
      logFile,
      pidFile,
    });
    await until(
      'The SMTP catcher',
      async () => (await fetch(`http://127.0.0.1:${webPort}/healthz`, { signal: AbortSignal.timeout(1_000) })).ok,
      {
        within: 30_000,
        every: 50,
        alive() {
          if (!server.isRunning()) throw new Error(`The SMTP catcher ended at once:\n${tail(logFile, 6)}`);
        },
      },
    );
  }
  for (let attempt = 1; ; attempt++) {
    try {
      await launch();
      break;
    } catch (error) {
      // Somebody else may take a free port before it is listened on.
      if (fixed || attempt === 3 || server?.isRunning()) throw error;
      [smtpPort, webPort] = [await freePort(), await freePort()];
    }
  }
  return {
    smtpUrl: `smtp://127.0.0.1:${smtpPort}`,
    url: `http://127.0.0.1:${webPort}`,
    smtpPort,
    webPort,
    logFile,
    get pid() {
      return server.pid;
    },
    get ended() {
      return server.ended;
    },
    isRunning: () => server.isRunning(),
    kill: (signal = 'SIGKILL') => server.kill(signal),
    restart: async () => {
      await server.stop();
      await launch();
    },
    async stop() {
      await server.stop();
      if (base) removeNow(base);
    },
  };
}

/** The mails the catcher has, oldest first; `to` keeps those to one address. */
export async function readMail(catcherUrl, { to } = {}) {
  const response = await fetch(`${catcherUrl}/email`);
  if (!response.ok) throw new Error(`The SMTP catcher answered ${response.status}`);
  const mails = (await response.json()).map((mail) => ({
    id: mail.id,
    from: mail.from?.[0]?.address ?? '',
    to: (mail.to ?? []).map((a) => a.address),
    subject: mail.subject ?? '',
    text: mail.text ?? '',
    html: mail.html ?? '',
    headers: mail.headers ?? {},
    receivedAt: mail.time ?? mail.date,
  }));
  return to ? mails.filter((mail) => mail.to.includes(to)) : mails;
}

export async function clearMail(catcherUrl) {
  await fetch(`${catcherUrl}/email/all`, { method: 'DELETE' });
}
