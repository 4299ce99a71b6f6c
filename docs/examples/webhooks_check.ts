import { createHmac, timingSafeEqual } from "node:crypto";

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

/** Whether the last field of the body signs what is before it. */
export function checkSignature(body: string, secret: string): boolean {
  const signed = body.slice(0, body.lastIndexOf(',"signature"')) + "}";
  const expected = createHmac("sha256", secret).update(signed).digest("hex");
  return isSame(expected, JSON.parse(body).signature);
}

/** Whether a header signs the body, not more than five minutes ago. */
export function checkHeaders(body: string, headers: Record<string, string>, secret: string): boolean {
  const sent = Number(headers["webhook-timestamp"]);
  if (!(Math.abs(Date.now() / 1000 - sent) <= 300)) return false;
  const key = Buffer.from(secret.slice("whsec_".length), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const expected = "v1," + createHmac("sha256", key).update(signed).digest("base64");
  return headers["webhook-signature"].split(" ").some((one) => isSame(expected, one));
}
