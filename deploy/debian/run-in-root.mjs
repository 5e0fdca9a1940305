/** Runs the installed gateway in a bare system as its unit does, until a reading is acknowledged, and stops it in order. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const secondsMax = 90;

/**
 * @param {string} folder
 * @param {{ user: string, password: string, topic: string }} sensor
 */
export function gatewayRun(folder, { user, password, topic }) {
  const unit = readFileSync(join(folder, 'usr/lib/systemd/system/harbinger-gateway.service'), 'utf8');
  const command = /^ExecStart=(.*)$/m.exec(unit)?.[1] ?? '';
  // StateDirectory= of the unit is made here, because no systemd runs.
  const script = `
ip link set lo up || exit 1
mount -t proc proc "$1/proc" && mount --bind /dev "$1/dev" || exit 1
mkdir -p "$1/var/lib/harbinger" && chroot "$1" chown harbinger:harbinger /var/lib/harbinger
env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$1" setpriv --reuid=harbinger --regid=harbinger --init-groups ${command} >"$1/gateway.log" 2>&1 &
gateway=$!
for second in $(seq ${secondsMax}); do
  sleep 1
  kill -0 "$gateway" 2>/dev/null || break
  if mosquitto_pub -u "$2" -P "$3" -t "$4" -q 1 -m '{"temperature": 21.5}' 2>/dev/null; then echo "acknowledged $second"; break; fi
done
token=$(cat "$1/var/lib/harbinger/gateway/api-token")
sleep 2
curl -s -H "Authorization: Bearer $token" http://127.0.0.1:8081/api/status
kill "$gateway"
wait "$gateway"
`;
  const { stdout, stderr } = spawnSync(
    'unshare',
    ['--mount', '--pid', '--fork', '--net', 'sh', '-c', script, 'sh', folder, user, password, topic],
    { encoding: 'utf8', timeout: 2 * secondsMax * 1_000 },
  );
  const log = readFileSync(join(folder, 'gateway.log'), 'utf8');
  return {
    isAcknowledged: stdout.includes('acknowledged'),
    seconds: Number(/acknowledged (\d+)/.exec(stdout)?.[1] ?? secondsMax),
    /** Blocks of readings in the journal. */
    blocks: Number(/"readings":\{"blocks":(\d+)/.exec(stdout)?.[1] ?? 0),
    output: `${stdout.slice(0, 3_000)}${stderr}${log.slice(-3_000)}`,
  };
}
