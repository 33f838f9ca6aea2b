import { IconDeviceDesktop } from '@tabler/icons-react';
import type { TFunction } from 'i18next';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppState } from '../../../contract/client/state.ts';
import { Button } from '../../components/button.tsx';
import { StateChip } from '../../components/state-chip.tsx';
import { useAppState } from '../../lib/window-context.tsx';
import classes from './device-card.module.css';

const RegisterDialog = lazy(() => import('./register-dialog.tsx'));

const tones = { match: 'ok', drift: 'warn', mismatch: 'stop', unknown: 'idle' } as const;
const componentNames = ['machine', 'smbios', 'board', 'disk', 'cpu', 'network'] as const;

/** On which device: its name, and which of its parts changed when it is no longer quite the same. */
export function DeviceCard() {
  const { t } = useTranslation();
  const device = useAppState((state) => state.device);
  const mode = useAppState((state) => state.settings.mode);
  const [registering, setRegistering] = useState(false);
  // A seat is bound to the device's key alone: there, the parts are never compared.
  const isCompared = mode === 'standalone' || device.match !== 'unknown';
  const changed = device.components.filter(({ change }) => change !== 'same');
  return (
    <section className={classes.card} aria-labelledby="device-heading">
      <h2 className={classes.heading} id="device-heading">
        {t('device.title')}
      </h2>
      <p className={classes.device}>
        <IconDeviceDesktop size={20} stroke={1.5} aria-hidden />
        <span>
          <span className={classes.name}>{device.name}</span>
          <span className={classes.soft}>{t(`platform.${device.platform}`)}</span>
        </span>
      </p>
      {isCompared && <StateChip tone={tones[device.match]}>{t(`device.match.${device.match}`)}</StateChip>}
      {isCompared && device.match !== 'match' && (
        <p className={classes.soft}>{t(`device.means.${device.match}`)}</p>
      )}
      {mode === 'standalone' && (device.match === 'drift' || device.match === 'mismatch') && (
        <Button size="sm" onClick={() => setRegistering(true)}>
          {t('device.register.open')}
        </Button>
      )}
      {changed.length > 0 && (
        <ul className={classes.parts}>
          {device.components.map(({ name, change }) => (
            <li key={name} data-change={change}>
              <span>{componentName(t, name)}</span>
              <span>{t(`device.change.${change}`)}</span>
            </li>
          ))}
        </ul>
      )}
      <dl className={classes.print}>
        <dt>{t('device.thumbprint')}</dt>
        <dd>{device.thumbprint.slice(0, 12)}…</dd>
      </dl>
      {registering && (
        <Suspense>
          <RegisterDialog onClose={() => setRegistering(false)} />
        </Suspense>
      )}
    </section>
  );
}

function componentName(t: TFunction, name: AppState['device']['components'][number]['name']): string {
  const known = componentNames.find((component) => component === name);
  return known === undefined ? name : t(`device.component.${known}`);
}
