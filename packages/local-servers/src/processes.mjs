// Child processes that never outlive the process that started them.
//
// Every child runs in a process group of its own: Ctrl-C in a terminal reaches only the launcher, which then stops its
// children in the right order. A "reaper" (a few lines of sh that read a pipe from this process) ends what is left when
// this process is gone, however it went, kill -9 included.
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import net from 'node:net';
import path from 'node:path';

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export const isRunning = (child) => child.exitCode === null && child.signalCode === null;

/** Ports handed out by this process, so that two callers at the same moment never get the same one. */
const given = new Set();

/** A TCP port on the loopback interface that nobody listens on. */
export async function freePort() {
  for (;;) {
    const port = await new Promise((resolve, reject) => {
      const server = net.createServer();
      server.once('error', reject);
      server.listen(0, '127.0.0.1', () => {
        const { port } = server.address();
        server.close(() => resolve(port));
      });
    });
    if (!given.has(port)) {
      given.add(port);
      return port;
    }
  }
}

export const isPortFree = (port, host = '127.0.0.1') =>
  new Promise((resolve) => {
    const server = net.createServer();
    // A machine without IPv6 says EAFNOSUPPORT or EADDRNOTAVAIL: nobody can listen there.
    server.once('error', (error) => resolve(!['EADDRINUSE', 'EACCES'].includes(error.code)));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });

/** Polls until the probe gives something truthy; `alive` may throw to end the wait early. */
export async function until(what, probe, { within = 15_000, every = 25, alive = () => {} } = {}) {
  const end = Date.now() + within;
  for (;;) {
    alive();
    let last;
    try {
      const value = await probe();
      if (value) return value;
    } catch (error) {
      last = error;
    }
    if (Date.now() > end) {
      throw new Error(`${what} was not ready within ${within / 1000} s${last ? ` (${last.message})` : ''}`);
    }
    await sleep(every);
  }
}

// ---- the reaper

// Lines in: "add <pid> <signal>", "del <pid>", "dir <path>". At the end of the input (this process is gone) the groups
// still on the list get their signal, newest first, then SIGKILL, and the directories go.
const REAPER = `
pids=; dirs=
trap '' INT TERM HUP
while read -r verb a b; do
  case $verb in
    add) pids="$a:$b $pids" ;;
    del) keep=; for p in $pids; do case $p in $a:*) ;; *) keep="$keep $p" ;; esac; done; pids=$keep ;;
    dir) dirs="$dirs
$a" ;;
    undir) dirs=$(printf '%s\\n' "$dirs" | grep -vxF -- "$a") ;;
  esac
done
for p in $pids; do
  pid=\${p%%:*}; kill -s \${p##*:} -- -$pid 2>/dev/null || continue
  n=0; while kill -0 -- -$pid 2>/dev/null && [ $n -lt 100 ]; do n=$((n+1)); sleep 0.1; done
  kill -s KILL -- -$pid 2>/dev/null
done
printf '%s\\n' "$dirs" | while read -r d; do [ -n "$d" ] && rm -rf -- "$d"; done
`;
let reaper;

function tellReaper(line) {
  if (!reaper) {
    reaper = spawn('sh', ['-c', REAPER], { stdio: ['pipe', 'ignore', 'ignore'], detached: true, cwd: '/' });
    reaper.on('error', () => {});
    reaper.stdin.on('error', () => {});
    reaper.unref();
    reaper.stdin.unref?.();
  }
  reaper.stdin.write(`${line}\n`);
}

/** A directory that goes when this process goes. */
export function removeAtEnd(dir) {
  tellReaper(`dir ${dir}`);
}

export function removeNow(dir) {
  rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
  tellReaper(`undir ${dir}`);
}

// ---- pid files: what a launcher that was killed together with its reaper may have left

/** When the process began, in the words of the system; a reused pid has another answer. */
function bornAt(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    if (existsSync('/proc/self/stat')) return undefined;
    return spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).stdout?.trim() || undefined;
  }
}

const isZombie = (pid) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3) === 'Z';
  } catch {
    return false;
  }
};

export function writePidFile(file, pid, extra = {}) {
  mkdirSync(path.dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, JSON.stringify({ pid, bornAt: bornAt(pid), ...extra }));
  renameSync(temporary, file);
}

/** What the pid file says, if that very process still lives. */
export function readPidFile(file) {
  try {
    const entry = JSON.parse(readFileSync(file, 'utf8'));
    const born = bornAt(entry.pid);
    return born !== undefined && born === entry.bornAt && !isZombie(entry.pid) ? entry : undefined;
  } catch {
    return undefined;
  }
}

/** Ends what the pid files in the directory still name. Gives the names of what was ended. */
export async function endLeftovers(dir, { except = [] } = {}) {
  if (!existsSync(dir)) return [];
  const files = readdirSync(dir).filter((f) => f.endsWith('.pid') && !except.includes(f.replace(/\.pid$/, '')));
  const ended = [];
  const order = ['gateway', 'digilist-service', 'platform-service', 'mail', 'nats', 'postgres'];
  const rank = (f) => order.indexOf(f.replace(/\.pid$/, ''));
  for (const name of files.sort((a, b) => rank(a) - rank(b))) {
    const file = path.join(dir, name);
    const entry = readPidFile(file);
    if (entry) {
      signalGroup(entry.pid, entry.signal ?? 'SIGTERM');
      const end = Date.now() + 10_000;
      while (readPidFile(file) && Date.now() < end) await sleep(50);
      if (readPidFile(file)) signalGroup(entry.pid, 'SIGKILL');
      ended.push(name.replace(/\.pid$/, ''));
    }
    rmSync(file, { force: true });
  }
  return ended;
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
  } catch {
    try {
      process.kill(pid, signal);
    } catch {
      // gone already
    }
  }
}

// ---- children

/**
 * Starts a child in a group of its own, with its output in a file.
 * @param {{ name: string, command: string, args?: string[], cwd?: string, env?: NodeJS.ProcessEnv, logFile?: string,
 *   pidFile?: string, stopSignal?: NodeJS.Signals, uid?: number, gid?: number }} options
 */
export async function startProcess(options) {
  const {
    name,
    command,
    args = [],
    cwd,
    env = process.env,
    logFile,
    pidFile,
    stopSignal = 'SIGTERM',
    uid,
    gid,
  } = options;
  let output = 'ignore';
  if (logFile) {
    mkdirSync(path.dirname(logFile), { recursive: true });
    if (existsSync(logFile) && statSync(logFile).size > 5_000_000) renameSync(logFile, `${logFile}.old`);
    output = openSync(logFile, 'a');
  }
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', output, output], uid, gid });
  if (typeof output === 'number') closeSync(output);
  await new Promise((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(new Error(`${name} could not be started (${command}): ${error.message}`)));
  });
  tellReaper(`add ${child.pid} ${stopSignal.replace('SIG', '')}`);
  if (pidFile) writePidFile(pidFile, child.pid, { name, signal: stopSignal });
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  ended.then(() => {
    tellReaper(`del ${child.pid}`);
    if (pidFile) rmSync(pidFile, { force: true });
  });
  child.unref();
  return {
    name,
    pid: child.pid,
    child,
    logFile,
    ended,
    isRunning: () => isRunning(child),
    kill(signal = 'SIGKILL') {
      if (!isRunning(child)) return ended;
      signalGroup(child.pid, signal);
      if (signal !== 'SIGKILL') return undefined;
      child.ref(); // else a script that waits for the end has nothing left to wait for
      return ended;
    },
    async stop({ within = 15_000 } = {}) {
      if (!isRunning(child)) return;
      child.ref();
      signalGroup(child.pid, stopSignal);
      // A stopped (SIGSTOP) process cannot hear: wake it.
      signalGroup(child.pid, 'SIGCONT');
      const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), within);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** The last lines of a log, for a message that says why something did not start. */
export function tail(file, lines = 8) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
  } catch {
    return '';
  }
}
