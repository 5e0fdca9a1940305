/** Disks that are full, read-only, or fail; each is a small disk of its own. */
import type { Disk } from '../site/disk.ts';
import type { Site } from '../site/site.ts';
import { eventually, type Fault, pause, seconds } from './fault.ts';

type Which = 'gateway' | 'cloud';
const diskOf = (site: Site, which: Which): Disk => (which === 'gateway' ? site.gatewayDisk : site.cloudDisk);

function full(which: Which): Fault {
  return {
    kind: `${which}-disk-full`,
    target: which,
    unavailable: (site) => diskOf(site, which).cannotFill,
    plan(draw) {
      const forMs = draw.int(1_500, 6_000);
      return {
        text: `fill the disk of the ${which} for ${seconds(forMs)}`,
        async run({ site, allow }) {
          // The oldest readings may be dropped and counted; estimates and dead letters have no sender that could be
          // kept waiting.
          if (which === 'gateway') allow('dropped', 'estimates-lost', 'letters', 'torn-tail');
          // Its database may meet the end of the space before the cloud does.
          else allow('end');
          const disk = diskOf(site, which);
          disk.fill();
          try {
            await pause(forMs);
          } finally {
            disk.free();
          }
        },
      };
    },
  };
}

function readOnly(which: Which): Fault {
  return {
    kind: `${which}-disk-read-only`,
    target: which,
    unavailable: (site) => diskOf(site, which).unavailable,
    plan: () => ({
      text: `kill -9 ${which}, remount its disk read-only, start (must refuse), remount it writable, start`,
      async run({ site, allow, expect }) {
        const process = site[which];
        const disk = diskOf(site, which);
        allow('torn-tail');
        await process.kill9();
        disk.remount('ro');
        let refusal: string | null;
        try {
          refusal = await process.refusal();
        } finally {
          disk.remount('rw');
        }
        await process.start();
        expect(`${which}: refuses to start on a read-only disk, and says why`, () => {
          if (refusal === null) return 'it started';
          return /read-only|EROFS/i.test(refusal) ? null : refusal.slice(0, 1_500);
        });
      },
    }),
  };
}

function breaksDown(which: Which): Fault {
  return {
    kind: `${which}-disk-breaks-down`,
    target: which,
    unavailable: (site) => {
      const { kind, unavailable } = diskOf(site, which);
      return (
        unavailable ?? (kind === 'ext4' ? null : 'only ext4 can be told to stop writing under open files')
      );
    },
    plan(draw) {
      const forMs = draw.int(300, 3_000);
      return {
        text: `the disk of the ${which} stops writing; after ${seconds(forMs)} kill -9, repair it, start`,
        async run({ site, allow }) {
          const process = site[which];
          const disk = diskOf(site, which);
          if (which === 'gateway') allow('torn-tail', 'estimates-lost', 'letters', 'retained-lost');
          // Linux's ext4 (seen with 6.18) reports success for an fdatasync whose write came just before the abort.
          allow('false-sync');
          // A process that stops because it cannot write may be started again, which fails on this disk.
          allow('end');
          disk.breakDown();
          await pause(forMs);
          await process.kill9();
          disk.repair();
          await process.start();
        },
      };
    },
  };
}

/** Nothing may be skipped or lost: reading resumes when possible, and both are logged. */
const unreadable: Fault = {
  kind: 'gateway-disk-unreadable',
  target: 'gateway',
  plan(draw) {
    const forMs = draw.int(1_500, 6_000);
    return {
      text: `the gateway’s journal cannot be read for ${seconds(forMs)}`,
      async run({ site, targets, expect }) {
        const { gateway } = site;
        const { lastLog, starts } = gateway;
        site.order('gateway', { disk: 'unreadable' });
        try {
          await pause(forMs);
        } finally {
          site.order('gateway', { disk: 'well' });
        }
        // Without a cloud the journal is not read.
        if (targets.size > 1) return;
        expect('gateway: logs that its journal cannot be read, and that it can be read again; runs on', () =>
          eventually(() => {
            const logged = (words: string) =>
              gateway.logsSince(lastLog).some(({ text }) => text.includes(words));
            if (gateway.starts !== starts) return 'it was restarted';
            if (!logged('the journal cannot be read; this is retried')) return 'its log does not say so';
            return logged('the journal can be read again')
              ? null
              : 'its log does not say that it can be read again';
          }),
        );
      },
    };
  },
};

const unreadableAtStart: Fault = {
  kind: 'gateway-disk-unreadable-at-start',
  target: 'gateway',
  plan: () => ({
    text: 'kill -9 gateway, start while its journal cannot be read (must refuse), start',
    async run({ site, allow, expect }) {
      allow('torn-tail');
      await site.gateway.kill9();
      site.order('gateway', { disk: 'unreadable' });
      let refusal: string | null;
      try {
        refusal = await site.gateway.refusal();
      } finally {
        site.order('gateway', { disk: 'well' });
      }
      await site.gateway.start();
      expect('gateway: refuses to start on a journal that it cannot read, and logs the reason', () => {
        if (refusal === null) return 'it started';
        return /EIO/.test(refusal) ? null : refusal.slice(0, 1_500);
      });
    },
  }),
};

/** The journal reaches its limit while the cloud is down: the oldest readings are dropped and counted. */
const backlogFull: Fault = {
  kind: 'journal-full',
  target: 'gateway',
  plan(draw) {
    const forMs = draw.int(12_000, 16_000);
    return {
      text: `journal limited to 1 MiB, and the link cut for ${seconds(forMs)}; then both restored`,
      async run({ site, allow }) {
        allow('dropped', 'estimates-lost');
        await site.gateway.stop();
        site.configureGateway({ journal: { bytesMax: 1 << 20 } });
        try {
          await site.gateway.start();
          site.link.cut();
          await pause(forMs);
        } finally {
          site.link.heal();
          await site.gateway.stop();
          site.configureGateway();
          await site.gateway.start();
        }
      },
    };
  },
};

const endMsMax = 20_000;

/** The cloud must end by itself, not by what lmdb does to its memory, and its successor must lose nothing. */
const operationsFail: Fault = {
  kind: 'operations-disk-fails',
  target: 'cloud',
  unavailable: ({ operationsDisk }) => (typeof operationsDisk === 'string' ? operationsDisk : null),
  plan(draw) {
    const ofCalls = draw.pick([13, 26, 128, 255]);
    return {
      text: `writes to the cloud’s database of operations fail, ${ofCalls} of 256, until the cloud ends`,
      async run({ site, allow, expect }) {
        const { cloud, operationsDisk } = site;
        if (typeof operationsDisk === 'string') return;
        allow('end');
        const before = cloud.endedByItself.length;
        operationsDisk.fail(ofCalls);
        try {
          for (let leftMs = endMsMax; leftMs > 0 && cloud.endedByItself.length === before; leftMs -= 20)
            await pause(20);
        } finally {
          operationsDisk.fail(0);
        }
        const ends = cloud.endedByItself.slice(before);
        expect('cloud: ends itself after the first write that failed, and starts again', () => {
          const wrong = ends.filter((end) => !end.includes('signal SIGKILL'));
          return wrong.length === 0 ? null : wrong.join('; ');
        });
      },
    };
  },
};

export const diskFaults: Fault[] = [
  full('gateway'),
  full('cloud'),
  readOnly('gateway'),
  readOnly('cloud'),
  breaksDown('gateway'),
  breaksDown('cloud'),
  operationsFail,
  unreadable,
  unreadableAtStart,
  backlogFull,
];
