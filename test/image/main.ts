/**
 * The image, proven whole (test/image): started in QEMU on a disk of its own, its power cut, its slots destroyed, updates
 * offered. guest.ts is the computer, bench.ts its disk and settings; what is shown of them is in a file each. The
 * image itself is made in deploy/image.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { holdProcess } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import { Bench } from './bench.ts';
import { cutsOfFirstStart, cutsUnderLoad } from './cuts.ts';
import { firstBoot } from './first-boot.ts';
import type { Architecture } from './guest.ts';
import { updates } from './updates.ts';

const help = `Starts the image in QEMU and shows what it promises. Takes half an hour, and more on a busy computer.

  npm run image -- --prove [--arch amd64|arm64] [options]

  --cuts N   power cuts while readings come; default 20
  --first N  power cuts of the first start; default 5
  --seed S   where they are; default 17
  --only P   only a part, besides the first start: cuts, first, updates, none
  --keep     keep the disks and the console; the last line says in which folder
  --folder F go on in a folder that was kept, with its disk as it is and its PASSWORD: F:PASSWORD
`;
const say = (text: string) => process.stderr.write(`${text}\n`);

function numberOf(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new RangeError(`'${text}' must be a whole number`);
  return number;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      image: { type: 'string' },
      arch: { type: 'string', default: 'amd64' },
      cuts: { type: 'string', default: '20' },
      first: { type: 'string', default: '5' },
      seed: { type: 'string', default: '17' },
      only: { type: 'string' },
      keep: { type: 'boolean', default: false },
      folder: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help || values.image === undefined) {
    process.stdout.write(help);
    return values.help ? 0 : 2;
  }
  const { image, arch, only } = values;
  const isWanted = (part: string) => only === undefined || only === part;
  const [kept, known = ''] = values.folder?.split(':') ?? [];
  const folder = kept ?? mkdtempSync(join(tmpdir(), 'harbinger-image-proof-'));
  const hold = holdProcess();
  try {
    const bench = await Bench.in(folder, arch as Architecture);
    const [blank, log] = [bench.at('blank.img'), bench.at('first.log')];
    if (kept === undefined) {
      bench.prepare(image);
      bench.keep(blank);
    }
    const password = kept === undefined ? await firstBoot(bench, log, say) : known;
    const options = { bench, password, cuts: numberOf(values.cuts), seed: numberOf(values.seed), say };
    if (isWanted('cuts')) await cutsUnderLoad(options);
    if (isWanted('updates')) {
      const keys = join(dirname(image), 'keys');
      const squashfs = image.replace(/\.img$/, '.squashfs');
      await updates({ bench, password, arch: arch as Architecture, squashfs, keys, say });
    }
    if (isWanted('first')) await cutsOfFirstStart({ ...options, cuts: numberOf(values.first) }, blank, log);
    return 0;
  } catch (error) {
    say(`FAILED: ${messageOf(error)}`);
    return 1;
  } finally {
    hold.cancel();
    if (values.keep || kept !== undefined) say(`kept: ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

// The computer ends with its proof.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
process.exitCode = await main();
