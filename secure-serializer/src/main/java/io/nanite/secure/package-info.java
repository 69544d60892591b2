/** X.509 signing and encryption around any serializer. */
@NullMarked
package io.nanite.secure;

import org.jspecify.annotations.NullMarked;
