import type { AlertRule } from './rule.ts';

/** Jobs of the scrapes of both sides. */
const ours = 'job=~"harbinger-(gateway|cloud)"';
/** Conditions that have a rule of their own. */
const ownRule = 'certificate-expiry|configuration-refused|store-down';

/** Troubles that a gateway can have as well as a cloud. */
export const eitherRules: readonly AlertRule[] = [
  {
    name: 'HarbingerDown',
    expr: `up{${ours}} == 0`,
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.instance }} does not answer.',
    toDo: 'Look at the service (systemctl status) and its log; harbinger doctor says what is wrong. A gateway that runs without its network keeps everything on its disk.',
  },
  {
    name: 'HarbingerRestarts',
    expr: `changes(process_start_time_seconds{${ours}}[1h]) > 2`,
    severity: 'warning',
    summary: '{{ $labels.instance }} was started more than twice within an hour.',
    toDo: 'The log says why it ended: look for level 60 (fatal), for too little memory, and for a failing power supply.',
  },
  {
    name: 'HarbingerDiskFillsUp',
    expr: 'predict_linear(harbinger_data_free_bytes[6h], 3 * 86400) < 0 and harbinger_data_free_bytes < 20e9',
    for: '1h',
    severity: 'warning',
    summary: 'The disk of {{ $labels.instance }} will be full within three days at the present rate.',
    toDo: 'Make room, or bound what grows: journal.bytesMax on a gateway, jobs.retention in the cloud.',
  },
  {
    name: 'HarbingerDiskNearlyFull',
    expr: 'harbinger_data_free_bytes < 300e6',
    for: '2m',
    severity: 'critical',
    summary: 'The disk of {{ $labels.instance }} has less than 300 MB left.',
    toDo: 'Make room at once. A gateway whose disk is full takes no readings, and sensors have to wait.',
  },
  {
    name: 'HarbingerCertificateExpires',
    expr: 'harbinger_conditions_open{condition="certificate-expiry"} > 0',
    severity: 'warning',
    summary: 'A certificate of {{ $labels.instance }} expires soon, or has expired.',
    toDo: 'harbinger certs show says which; harbinger certs renew makes a new one, which is read without a restart.',
  },
  {
    name: 'HarbingerConfigurationRefused',
    expr: 'harbinger_conditions_open{condition="configuration-refused"} > 0',
    severity: 'warning',
    summary: '{{ $labels.instance }} has refused its changed configuration and goes on with the old one.',
    toDo: 'harbinger config check says what is wrong in the file. The next start would fail.',
  },
  {
    name: 'HarbingerConditionOpen',
    expr: `harbinger_conditions_open{severity="critical", condition!~"${ownRule}"} > 0`,
    for: '5m',
    severity: 'critical',
    summary: '{{ $labels.instance }} has a critical alert about itself: {{ $labels.condition }}.',
    toDo: 'The page and harbinger alerts list show it with its reasons.',
  },
  {
    name: 'HarbingerNotifierFails',
    expr: 'min_over_time(harbinger_notifications_waiting[30m]) > 0 and on (job, instance, notifier) sum by (job, instance, notifier) (increase(harbinger_notifications_total{outcome="confirmed"}[30m])) == 0',
    severity: 'critical',
    summary:
      'Notifier {{ $labels.notifier }} of {{ $labels.instance }} has delivered nothing for half an hour, and notifications wait.',
    toDo: 'Nobody is told of alerts by it. harbinger notifications test tries it; the log has the reason.',
  },
  {
    name: 'HarbingerNotificationsGivenUp',
    expr: 'increase(harbinger_notifications_total{outcome="dead"}[1h]) > 0 or harbinger_notifications_dead > 0',
    severity: 'warning',
    summary: 'Notifications of {{ $labels.instance }} were given up: somebody was not told of an alert.',
    toDo: 'harbinger notifications list gives the reasons, harbinger notifications redrive tries again.',
  },
  {
    name: 'HarbingerHeartbeatFails',
    expr: 'sum by (job, instance) (increase(harbinger_heartbeats_total{outcome=~"failed|withheld"}[15m])) > 0',
    for: '15m',
    severity: 'warning',
    summary: 'Heartbeats of {{ $labels.instance }} are not confirmed, or not sent because it does not work.',
    toDo: 'Look at its /readyz and its log, and at the receiver of the heartbeat.',
  },
  {
    name: 'HarbingerJobFails',
    expr: 'increase(harbinger_job_failures_total[1d]) > 1',
    severity: 'warning',
    summary:
      'The job {{ $labels.exported_job }} of {{ $labels.instance }} has failed more than once within a day.',
    toDo: 'The log says why. Until it succeeds, what it does is not done: retention, for example.',
  },
  {
    name: 'HarbingerQuotaReached',
    expr: 'increase(harbinger_quota_refused_total[1h]) > 0',
    severity: 'warning',
    summary: '{{ $labels.instance }} refuses {{ $labels.quota }}: a sender has as many as one may have.',
    toDo: 'The log names the sender. Either it makes up names, or the bound is too low for the site (deploy/docs/bounds.md).',
  },
];
