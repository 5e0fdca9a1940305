import type { AlertRule } from './rule.ts';

/** Messages of devices to a gateway, and the lines that they are on. */
export const deviceRules: readonly AlertRule[] = [
  {
    name: 'HarbingerDeadLetters',
    expr: 'increase(harbinger_dead_letters_total[1h]) > 0',
    severity: 'warning',
    summary: '{{ $labels.instance }} gets messages that cannot become readings.',
    toDo: 'harbinger deadletters list gives the reasons; after mending, harbinger deadletters redrive sends them again.',
  },
  {
    name: 'HarbingerDeadLettersDropped',
    expr: 'sum by (job, instance) (increase(harbinger_dead_letters_dropped_total{reason!="age"}[1h])) > 0',
    severity: 'warning',
    summary:
      '{{ $labels.instance }} has dropped dead letters, because there are too many or they are too large.',
    toDo: 'Mend what sends them: harbinger deadletters list has the sender of those that are left.',
  },
  {
    name: 'HarbingerClockNotSet',
    expr: 'harbinger_clock_set == 0',
    for: '5m',
    severity: 'critical',
    summary: 'The clock of {{ $labels.instance }} is not set.',
    toDo: 'Look at the time service (timedatectl) and at its way to a time server. Arrival times go on from the newest known time.',
  },
  {
    name: 'HarbingerDeviceClockWrong',
    expr: 'increase(harbinger_timestamps_refused_total[1h]) > 0 or sum by (job, instance) (increase(harbinger_timestamps_still_total[1h])) > 0',
    for: '10m',
    severity: 'warning',
    summary:
      'The clock of a device at {{ $labels.instance }} is wrong or stands still; its readings get the time of their arrival.',
    toDo: 'The log names the machine. Set the device’s clock, or leave the time out of its messages.',
  },
  {
    name: 'HarbingerClientIdShared',
    expr: 'harbinger_broker_client_ids_shared > 0',
    for: '5m',
    severity: 'warning',
    summary: 'Two devices at {{ $labels.instance }} use one client id and disconnect each other.',
    toDo: 'broker.sharedClients in /api/status names it with the addresses: give one of them another id.',
  },
  {
    name: 'HarbingerSensorsRefused',
    expr: 'sum by (job, instance, reason) (increase(harbinger_broker_refused_total{reason=~"credentials|throttled"}[15m])) > 10',
    severity: 'warning',
    summary: '{{ $labels.instance }} refuses connections of sensors again and again: {{ $labels.reason }}.',
    toDo: 'A device has a wrong password, or there is an intruder: the log has the address.',
  },
  {
    name: 'HarbingerSerialClosed',
    expr: 'harbinger_serial_open == 0',
    for: '5m',
    severity: 'warning',
    summary: 'The serial port {{ $labels.port }} of {{ $labels.instance }} is not there.',
    toDo: 'Look at the cable and the adapter; the log says whether there is no right to the device.',
  },
  {
    name: 'HarbingerModbusLineClosed',
    expr: 'harbinger_modbus_line_open == 0',
    for: '5m',
    severity: 'warning',
    summary: 'The Modbus line {{ $labels.line }} of {{ $labels.instance }} is not open.',
    toDo: 'Look at the adapter or the address of the converter.',
  },
  {
    name: 'HarbingerModbusDeviceSilent',
    expr: 'harbinger_modbus_slave_answers == 0',
    for: '15m',
    severity: 'warning',
    summary:
      'Device {{ $labels.unit }} on the Modbus line {{ $labels.line }} of {{ $labels.instance }} does not answer.',
    toDo: 'Look at its power and its wires; harbinger modbus scan shows what answers.',
  },
  {
    name: 'HarbingerPlantBrokerAway',
    expr: 'harbinger_mqtt_client_connected == 0 or harbinger_sparkplug_connected == 0',
    for: '10m',
    severity: 'warning',
    summary: '{{ $labels.instance }} is not connected to the plant’s broker {{ $labels.broker }}.',
    toDo: 'Nothing of the machines behind it arrives. The log has the reason: network, password, certificate.',
  },
];
