/** Faults of the link between gateway and cloud. */
import type { Draw } from '../draw/draw.ts';
import { statusOf } from '../observe/reported.ts';
import type { Site } from '../site/site.ts';
import { eventually, type Fault, type Plan, pause, type Scene, seconds } from './fault.ts';

/** After the link has been down for a moment, the gateway must report it. */
function expectOffline(scene: Scene, fromMs: number, toMs: number): void {
  scene.expect('gateway: harbinger_uplink_connected 0 while cut, still healthy and ready', () => {
    const samples = scene.watch
      .between(fromMs + 2_000, toMs)
      .filter(({ uplinkConnected }) => uplinkConnected !== null);
    if (samples.length < 3) return null; // Too short, or another fault held the gateway.
    if (samples.every(({ uplinkConnected }) => uplinkConnected)) return 'it reported that it was connected';
    if (scene.targets.has('gateway')) return null;
    const unwell = samples.find(
      ({ gatewayHealthy, gatewayReady }) => !gatewayHealthy || (!gatewayReady && !scene.isAllowed('unready')),
    );
    return unwell ? `being offline made it unhealthy or not ready: ${unwell.gatewaySays}` : null;
  });
}

function linkFault(kind: string, plan: Fault['plan']): Fault {
  return { kind, target: 'link', plan };
}

async function during(scene: Scene, begin: () => void, forMs: number): Promise<void> {
  begin();
  try {
    await pause(forMs);
  } finally {
    scene.site.link.heal();
  }
}

const cut = linkFault('link-cut', (draw) => {
  const forMs = draw.int(500, 6_000);
  return {
    text: `cut the link for ${seconds(forMs)}`,
    async run(scene) {
      const fromMs = performance.now();
      await during(scene, () => scene.site.link.cut(), forMs);
      expectOffline(scene, fromMs, fromMs + forMs);
    },
  };
});

const flapping = linkFault('link-flapping', (draw) => {
  const times = Array.from(
    { length: draw.int(3, 8) },
    () => [draw.int(30, 500), draw.int(100, 900)] as const,
  );
  return {
    text: `cut the link ${times.length} times, ${times.map(([ms]) => ms).join(', ')} ms each`,
    async run(scene) {
      for (const [downMs, upMs] of times) {
        await during(scene, () => scene.site.link.cut(), downMs);
        await pause(upMs);
      }
    },
  };
});

const delayed = linkFault('link-delayed', (draw) => {
  const [delayMs, forMs] = [draw.int(50, 1_500), draw.int(3_000, 7_000)];
  return shaped(`delay the link by ${delayMs} ms for ${seconds(forMs)}`, forMs, (scene) =>
    scene.site.link.delay(delayMs),
  );
});

const throttled = linkFault('link-throttled', (draw) => {
  const [bytesPerSecond, forMs] = [draw.int(500, 40_000), draw.int(3_000, 7_000)];
  return shaped(`throttle the link to ${bytesPerSecond} bytes/s for ${seconds(forMs)}`, forMs, (scene) =>
    scene.site.link.throttle(bytesPerSecond),
  );
});

function shaped(text: string, forMs: number, begin: (scene: Scene) => void): Plan {
  return { text, run: (scene) => during(scene, () => begin(scene), forMs) };
}

const halfOpen = linkFault('link-half-open', (draw) => {
  const forMs = draw.int(8_500, 10_000);
  return {
    text: `leave the link half-open for ${seconds(forMs)}: everything is accepted, nothing passes`,
    async run(scene) {
      const { tap } = scene.site.link;
      const connections = tap.connections;
      await during(scene, () => scene.site.link.halfOpen(), forMs);
      const noticed = tap.connections > connections;
      scene.expect('gateway: closes the connection to a silent cloud after uplink.ackMsMax', () =>
        noticed || scene.targets.has('gateway') ? null : `no new connection within ${seconds(forMs)}`,
      );
    },
  };
});

const cutInBlock = linkFault('link-cut-in-block', (draw) => {
  const cuts = Array.from({ length: draw.int(2, 8) }, () => draw.int(50, 30_000));
  return {
    text: `cut the link in the middle of blocks: after ${cuts.join(', ')} bytes`,
    async run(scene) {
      const { link } = scene.site;
      const before = link.cutWithin;
      try {
        for (const bytes of cuts) {
          link.cutAfter(bytes);
          await pause(700);
        }
      } finally {
        link.heal();
      }
      scene.say(`${link.cutWithin - before} of ${cuts.length} cuts came within what was being sent`);
    },
  };
});

const html = 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n<html><body>Please sign in</body></html>';

const impostors: Record<string, (draw: Draw) => Buffer> = {
  'a page of HTML': () => Buffer.from(html),
  'half of a CONNACK': () => Buffer.from([0x20, 0x02, 0x00]),
  'a CONNACK, and nothing after it': () => Buffer.from([0x20, 0x02, 0x00, 0x00]),
  garbage: (draw) => draw.bytes(draw.int(1, 2_000)),
};

/** A network's sign-in page, a misconfigured proxy, or another service on the port. */
const impostor = linkFault('link-impostor', (draw) => {
  const style = draw.pick(Object.keys(impostors));
  const [answer, hangsUp, forMs] = [impostors[style]!(draw), draw.chance(0.5), draw.int(3_000, 6_000)];
  return {
    text: `an impostor answers in place of the cloud with ${style} and ${hangsUp ? 'disconnects' : 'stays connected'}, for ${seconds(forMs)}`,
    async run(scene) {
      const fromMs = performance.now();
      await during(scene, () => scene.site.link.impersonate({ answer, hangsUp }), forMs);
      expectOffline(scene, fromMs, fromMs + forMs);
    },
  };
});

function meddling(kind: 'repeats' | 'swaps'): Fault {
  return linkFault(`link-${kind}`, (draw) => {
    const [forMs, seed] = [draw.int(4_000, 7_000), draw.int(0, 2 ** 30)];
    const text = kind === 'repeats' ? 'messages are sent twice' : 'messages overtake each other';
    return shaped(`on the link ${text} for ${seconds(forMs)}`, forMs, (scene) =>
      scene.site.link.meddle(kind, seed),
    );
  });
}

/** The cloud refuses what it cannot read; what it refused for too long waits on the gateway for a person. */
function refusing(kind: 'flips' | 'newer-format', what: string): Fault {
  return linkFault(`link-${kind}`, (draw) => {
    const [forMs, seed] = [draw.int(4_000, 7_000), draw.int(0, 2 ** 30)];
    return {
      text: `on the link ${what} for ${seconds(forMs)}`,
      async run(scene) {
        const { site } = scene;
        // Batches that are redriven come after those that were behind them.
        scene.allow('disorder');
        await during(scene, () => site.link.meddle(kind, seed), forMs);
        const problem = await eventually(() => redriveRefused(site));
        if (problem !== null) throw new Error(problem);
        scene.expect('gateway: no refused batch is left', async () => {
          const { refused } = await statusOf(site);
          return refused.count === 0 ? null : `${refused.count} are left`;
        });
      },
    };
  });
}

async function redriveRefused(site: Site): Promise<string | null> {
  const { refused, uplink } = await statusOf(site);
  if (Object.values(uplink.refused).some((batch) => batch !== null)) return 'a lane is refused still';
  if (refused.count === 0) return null;
  const answer = await fetch(`${site.gateway.process.httpUrl}/api/refused/redrive`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"all":true}',
  });
  return `redriven: ${answer.status} ${await answer.text()}`;
}

export const linkFaults: Fault[] = [
  cut,
  flapping,
  delayed,
  throttled,
  halfOpen,
  cutInBlock,
  impostor,
  meddling('repeats'),
  meddling('swaps'),
  refusing('flips', 'bits flip in batches'),
  refusing('newer-format', 'batches of readings look newer than the cloud'),
];
