// Who is asking. The runner checks the token of a request before the app is called, and hands over what the token claims.
// The app decides what that allows.

import { auth } from "@hypermode/modus-sdk-as";

/** What the tokens of this app claim. Claims without a field are passed over. */
@json
class Claims {
  sub: string = "";
  name: string = "";
  roles: string[] = [];
}

/** Who is asking. */
class Viewer {
  id: string = "";
  name: string = "";
  roles: string[] = [];
}

/** Tells who you are. */
export function getViewer(): Viewer {
  const claims = signedIn();
  return { id: claims.sub, name: claims.name, roles: claims.roles };
}

/** Posts news, which only editors may do. */
export function postNews(title: string): string {
  const claims = signedIn();
  if (!claims.roles.includes("editor")) throw new Error(`${claims.name} is no editor`);
  console.log(`${claims.sub} posts: ${title}`);
  return `${title}, by ${claims.name}`;
}

// Without a token nobody gets so far, except in development as long as there is no key. There are no claims then.
function signedIn(): Claims {
  const claims = auth.getJWTClaims<Claims>();
  if (claims.sub == "") throw new Error("nobody is signed in");
  return claims;
}
