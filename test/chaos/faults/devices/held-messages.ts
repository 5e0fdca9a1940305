/** Messages of a machine that no rule names: they are held until somebody says of what type it is, and are then all stored. */
import type { Draw } from '../../draw/draw.ts';
import { statusOf } from '../../observe/reported.ts';
import { keptOf } from '../../observe/stored.ts';
import type { Site } from '../../site/site.ts';
import { eventually, type Fault, pause, type Scene } from '../fault.ts';
import { Device } from './device.ts';

/** Payloads of devices whose readings are equal now and then, or always, and say nothing by which to tell them apart. */
const payloads = {
  'seq modulo 16': (i: number) => ({ seq: i % 16, kept: i % 16 }),
  'seq 0 always': () => ({ seq: 0, kept: 7 }),
  'its name as id': (i: number) => ({ id: 'esp-17', kept: Math.floor(i / 3) }),
  'no seq': (i: number) => ({ kept: i % 5 }),
  'seq that rises': (i: number) => ({ seq: i + 1, kept: i + 1 }),
} as const;
type Form = keyof typeof payloads;
const forms = Object.keys(payloads) as Form[];
const windowMax = 20;

interface Plan {
  machine: string;
  form: Form;
  held: number;
  /** Messages that it goes on to send while it is taken in. */
  more: number;
}

/** How often each value was sent and acknowledged. An acknowledged one has to be there. */
class Ledger {
  readonly acked: { value: number; atMs: number }[] = [];
  readonly sent: number[] = [];

  /** Sends messages on one connection, as long as it holds. */
  async send(device: Device, { machine, form }: Plan, from: number, to: number): Promise<void> {
    for (let at = from; at < to && !device.closed; at += windowMax) {
      const some = Array.from({ length: Math.min(windowMax, to - at) }, (_, i) => at + i);
      const before = device.of('puback').length;
      for (const i of some) {
        const reading = payloads[form](i);
        this.sent.push(reading.kept);
        const packet = { qos: 1, messageId: 1 + (i % windowMax) } as const;
        device.publish(`telemetry/held/${machine}`, JSON.stringify(reading), packet);
      }
      await device.hears('puback', before + some.length - 1);
      const atMs = performance.now();
      // Acknowledgements come in the order of the messages.
      for (const i of some.slice(0, device.of('puback').length - before))
        this.acked.push({ value: payloads[form](i).kept, atMs });
    }
  }

  /** Compares with what is stored. Null if nothing is missing and nothing is there twice. */
  problem(stored: readonly number[], mayMiss: (value: number, atMs: number) => boolean): string | null {
    const count = (all: readonly number[], value: number) => all.filter((each) => each === value).length;
    const due = this.acked.filter(({ atMs, value }) => !mayMiss(value, atMs));
    const values = due.map(({ value }) => value);
    const wrong = [...new Set([...this.sent, ...stored])].flatMap((value) => {
      const [there, least, most] = [stored, values, this.sent].map((all) => count(all, value)) as [
        number,
        number,
        number,
      ];
      return there < least || there > most ? [`${value}: ${there} of ${least} to ${most}`] : [];
    });
    const more = wrong.length > 5 ? `, and ${wrong.length - 5} more values` : '';
    return wrong.length === 0 ? null : `stored of each value: ${wrong.slice(0, 5).join('; ')}${more}`;
  }
}

interface Accepted {
  redriven: number;
  failedAgain: number;
  left: number;
}

function accept(site: Site, machine: string): Promise<Accepted> {
  return site.gateway.process.json<Accepted>('/api/machines/accept', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ match: `held/${machine}`, type: 'generic', by: 'chaos' }),
    signal: AbortSignal.timeout(60_000),
  });
}

/** Repeats the request, as people do, until nothing is left. */
function acceptedWhole(site: Site, machine: string): Promise<string | null> {
  return eventually(async () => {
    const { left, failedAgain } = await accept(site, machine);
    return left + failedAgain === 0 ? null : `${left} are left, and ${failedAgain} failed again`;
  });
}

const drawPlan = (draw: Draw): Plan => ({
  machine: `held-${draw.int(0, 2 ** 40)}`,
  form: draw.pick(forms),
  held: draw.int(100, 1_200),
  more: draw.pick([0, 100, 400]),
});

const textOf = ({ form, held, more }: Plan) =>
  `${held} messages (${form}) of an unknown machine, which is accepted while it sends ${more} more`;

async function sendHeld(scene: Scene, plan: Plan): Promise<{ device: Device; ledger: Ledger }> {
  // Its message is redriven, and is a letter less.
  scene.allow('letters');
  scene.sends(plan.held + plan.more);
  const device = await Device.connect(scene.site, plan.machine);
  const ledger = new Ledger();
  await ledger.send(device, plan, 0, plan.held);
  return { device, ledger };
}

/** @param isAlone no other fault has taken letters of the gateway along */
function expectStored(
  scene: Scene,
  { machine }: Plan,
  ledger: Ledger,
  { problem, isAlone }: { problem: string | null; isAlone: boolean },
): void {
  const { site, expect, isAllowed, isExcused, mayBeLost } = scene;
  expect(`${machine}: each message that was held is stored once`, async () => {
    if (problem !== null) return `it is not taken in: ${problem}`;
    const isWhole = isAlone && !isAllowed('false-sync');
    return ledger.problem(
      await keptOf(site, machine),
      (value, atMs) => !isWhole || mayBeLost(atMs) || isExcused(`${machine}#${value}`),
    );
  });
}

const acceptedMachine: Fault = {
  kind: 'held-machine-accepted',
  target: 'sensors',
  plan(draw) {
    const plan = drawPlan(draw);
    return {
      text: textOf(plan),
      async run(scene) {
        const { device, ledger } = await sendHeld(scene, plan);
        const sending = ledger.send(device, plan, plan.held, plan.held + plan.more);
        const problem = await acceptedWhole(scene.site, plan.machine);
        await sending;
        device.vanish();
        // Messages on their way while it was accepted may have been held all the same.
        const rest = problem ?? (await acceptedWhole(scene.site, plan.machine));
        expectStored(scene, plan, ledger, { problem: rest, isAlone: !scene.targets.has('gateway') });
      },
    };
  },
};

const killedInRedrive: Fault = {
  kind: 'gateway-killed-in-redrive',
  target: 'gateway',
  plan(draw) {
    const plan = { ...drawPlan(draw), held: draw.int(500, 1_200) };
    const kills = Array.from({ length: draw.int(1, 3) }, () => ({
      share: draw.share() / 2,
      // Letters are dropped in groups, each after its readings are on disk.
      afterMs: draw.int(0, 250),
    }));
    return {
      text: `${textOf(plan)}, and kill -9 gateway when some are redriven, ${kills.length} times`,
      async run(scene) {
        const { site, allow } = scene;
        allow('torn-tail');
        const { device, ledger } = await sendHeld(scene, plan);
        const sending = ledger.send(device, plan, plan.held, plan.held + plan.more);
        for (const kill of kills) await killWhenRedriven(scene, plan, kill);
        await sending;
        device.vanish();
        const problem = await acceptedWhole(site, plan.machine);
        expectStored(scene, plan, ledger, { problem, isAlone: true });
      },
    };
  },
};

/** Kills the gateway when it has redriven a share of what it holds, or all of it. */
async function killWhenRedriven(
  { site, say }: Scene,
  { machine, held }: Plan,
  { share, afterMs }: { share: number; afterMs: number },
): Promise<void> {
  const lettersNow = async () => (await statusOf(site)).deadLetters.count;
  const before = await lettersNow();
  let isAnswered = false;
  const asking = accept(site, machine)
    .catch(() => null)
    .then(() => {
      isAnswered = true;
    });
  let redriven = 0;
  while (!isAnswered && redriven <= share * held) {
    await pause(1);
    redriven = before - (await lettersNow());
  }
  await pause(afterMs);
  say(`kill -9 gateway with ${redriven} redriven${isAnswered ? ', which were all' : ''}`);
  await site.gateway.kill9();
  await asking;
  await site.gateway.start();
}

export const heldMessages: Fault[] = [acceptedMachine, killedInRedrive];
