/** The scripts that dpkg runs when a package is installed, upgraded, removed and purged. */

/**
 * @param {string} side
 * @param {string} version
 * @returns {Record<'preinst' | 'postinst' | 'prerm' | 'postrm', string>}
 */
export function maintainerScripts(side, version) {
  const name = `harbinger-${side}`;
  const unit = `${name}.service`;
  // Where both are installed, the tool of the cloud is used: it can do what the gateway's can.
  const priority = side === 'cloud' ? 20 : 10;
  const start = '#!/bin/sh\nset -e\n\n';
  return {
    preinst: `${start}# Data go forward only: an older version could not read what a newer one has written.
if [ "$1" = upgrade ] && dpkg --compare-versions "$2" gt "${version}"; then
  if [ ! -e /etc/harbinger/allow-downgrade ]; then
    echo "${name}: $2 is installed, and ${version} is older; data of a newer version may not be readable by it." >&2
    echo "Restore a backup that ${version} made, or create /etc/harbinger/allow-downgrade to try it all the same." >&2
    exit 1
  fi
fi
`,
    postinst: `${start}if [ "$1" = configure ] || [ "$1" = abort-upgrade ] || [ "$1" = abort-remove ]; then
  systemd-sysusers ${name}.conf
  # Settings hold passwords.
  chown root:harbinger /etc/harbinger
  chmod 0750 /etc/harbinger
  update-alternatives --install /usr/bin/harbinger harbinger /usr/lib/${name}/bin/harbinger ${priority}
  deb-systemd-helper unmask ${unit} >/dev/null || true
  if deb-systemd-helper --quiet was-enabled ${unit}; then
    deb-systemd-helper enable ${unit} >/dev/null || true
  else
    deb-systemd-helper update-state ${unit} >/dev/null || true
  fi
  if [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload >/dev/null || true
    if [ -n "$2" ]; then action=restart; else action=start; fi
    deb-systemd-invoke "$action" ${unit} >/dev/null || true
  fi
  if [ ! -e /etc/harbinger/${side}.toml.d/10-setup.toml ]; then
    echo "Next: sudo harbinger setup ${side}"
  fi
fi
`,
    prerm: `${start}if [ -d /run/systemd/system ] && [ "$1" = remove ]; then
  deb-systemd-invoke stop ${unit} >/dev/null || true
fi
if [ "$1" = remove ] || [ "$1" = deconfigure ]; then
  update-alternatives --remove harbinger /usr/lib/${name}/bin/harbinger
fi
`,
    postrm: `${start}if [ "$1" = remove ]; then
  if [ -x /usr/bin/deb-systemd-helper ]; then
    deb-systemd-helper mask ${unit} >/dev/null || true
  fi
fi
if [ "$1" = purge ]; then
  rm -rf /etc/harbinger/${side}.toml.d /etc/harbinger/${side}.env
  rmdir /etc/harbinger 2>/dev/null || true
  if [ -x /usr/bin/deb-systemd-helper ]; then
    deb-systemd-helper purge ${unit} >/dev/null || true
    deb-systemd-helper unmask ${unit} >/dev/null || true
  fi
  if [ -d /var/lib/harbinger/${side} ]; then
    echo "The data of the ${side} stay in /var/lib/harbinger/${side}; remove that folder if nobody needs them."
  fi
fi
if [ -d /run/systemd/system ]; then
  systemctl --system daemon-reload >/dev/null || true
fi
`,
  };
}
