import type { App } from 'electron';

/** Rule: a certificate that the system does not trust is refused, whoever asks; nobody is asked to click it away. */
export function denyBadCertificates(app: App): void {
  app.on('certificate-error', (event, _contents, _url, _error, _certificate, answer) => {
    event.preventDefault();
    answer(false);
  });
  app.on('select-client-certificate', (event, _contents, _url, _certificates, answer) => {
    event.preventDefault();
    answer();
  });
}
