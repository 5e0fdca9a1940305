import type { Mapping } from '../../schema.ts';

/** https://www.chirpstack.io/docs/chirpstack/integrations/events.html, version 4: decoded values are under `object`. */
export const chirpstack: Mapping = {
  about: 'ChirpStack 4: uplinks with a decoded object; a machine is a device by its EUI.',
  topics: ['application/+/device/+/event/#'],
  rest: 'leave',
  messages: [
    {
      topic: '#/application/{application}/device/{machine}/event/up',
      time: { path: 'time', format: 'iso' },
      id: 'deduplicationId',
      leave: [
        'deviceInfo',
        'devAddr',
        'adr',
        'dr',
        'fCnt',
        'fPort',
        'confirmed',
        'data',
        'txInfo',
        'rxInfo',
        'regionConfigId',
        'relayRxInfo',
        'joinServerContext',
      ],
      fields: [
        { path: 'object.{sensor}', sensor: '{sensor}' },
        { path: 'object.{sensor}.{channel}', sensor: '{sensor}_{channel}' },
        { path: 'object.{sensor}.{channel}.{axis}', sensor: '{sensor}_{channel}_{axis}' },
        { path: 'rxInfo.0.rssi', sensor: 'rssi', unit: 'dBm' },
        { path: 'rxInfo.0.snr', sensor: 'snr', unit: 'dB' },
      ],
    },
    {
      topic: '#/application/{application}/device/{machine}/event/status',
      time: { path: 'time', format: 'iso' },
      leave: ['deviceInfo', 'deduplicationId'],
      fields: [
        { path: 'margin', sensor: 'link_margin', unit: 'dB' },
        { path: 'batteryLevel', sensor: 'battery', unit: '%' },
        { path: 'batteryLevelUnavailable', sensor: 'battery_unavailable' },
        { path: 'externalPowerSource', sensor: 'external_power' },
      ],
    },
    { topic: '#/event/+', skip: true },
    { topic: '#/application/+/device/+/command/#', skip: true },
  ],
};
