/** The link between gateway and cloud. */
import { type Fault, type Plan, pause, type Scene, seconds } from './fault.ts';

/** While the link has been away for a moment, the gateway must say so. */
function expectOffline(scene: Scene, fromMs: number, toMs: number): void {
  scene.expect('gateway: harbinger_uplink_connected 0 while cut, still healthy and ready', () => {
    const samples = scene.watch
      .between(fromMs + 2_000, toMs)
      .filter(({ uplinkConnected }) => uplinkConnected !== null);
    if (samples.length < 3) return null; // Too short, or another fault held the gateway.
    if (samples.every(({ uplinkConnected }) => uplinkConnected)) return 'it said connected';
    if (scene.targets.has('gateway')) return null;
    const unwell = samples.some(({ gatewayHealthy, gatewayReady }) => !gatewayHealthy || !gatewayReady);
    return unwell ? 'being offline made it unhealthy or not ready' : null;
  });
}

function linkFault(kind: string, plan: Fault['plan'], weight = 1): Fault {
  return { kind, target: 'link', weight, plan };
}

async function during(scene: Scene, begin: () => void, forMs: number): Promise<void> {
  begin();
  try {
    await pause(forMs);
  } finally {
    scene.site.link.heal();
  }
}

const cut = linkFault(
  'link-cut',
  (draw) => {
    const forMs = draw.int(500, 6_000);
    return {
      text: `cut the link for ${seconds(forMs)}`,
      async run(scene) {
        const fromMs = performance.now();
        await during(scene, () => scene.site.link.cut(), forMs);
        expectOffline(scene, fromMs, fromMs + forMs);
      },
    };
  },
  2,
);

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
    text: `leave the link half-open for ${seconds(forMs)}: everything is taken, nothing passes`,
    async run(scene) {
      const { tap } = scene.site.link;
      const connections = tap.connections;
      await during(scene, () => scene.site.link.halfOpen(), forMs);
      const noticed = tap.connections > connections;
      scene.expect('gateway: gives up a silent cloud after uplink.ackMsMax', () =>
        noticed || scene.targets.has('gateway') ? null : `no new connection within ${seconds(forMs)}`,
      );
    },
  };
});

const cutInBlock = linkFault(
  'link-cut-in-block',
  (draw) => {
    const cuts = Array.from({ length: draw.int(2, 8) }, () => draw.int(50, 30_000));
    return {
      text: `cut the link in the middle of blocks: after ${cuts.join(', ')} bytes`,
      async run(scene) {
        const { link } = scene.site;
        try {
          for (const bytes of cuts) {
            link.cutAfter(bytes);
            await pause(700);
          }
        } finally {
          link.heal();
        }
      },
    };
  },
  2,
);

export const linkFaults: Fault[] = [cut, flapping, delayed, throttled, halfOpen, cutInBlock];
