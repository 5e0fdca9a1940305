import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scanFile } from './file-scan.ts';

it('refuses a pipe, which could be read only once, and a device', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'harbinger-scan-'));
  const pipe = join(folder, 'pipe.csv');
  execFileSync('mkfifo', [pipe]);
  await expect(scanFile(pipe)).rejects.toMatchObject({
    code: 'REPLAY_FILE',
    message: expect.stringContaining(`cannot replay ${pipe}: it is a pipe and not a regular file`),
  });
  await expect(scanFile('/dev/zero')).rejects.toMatchObject({ code: 'REPLAY_FILE' });
  rmSync(folder, { recursive: true });
});
