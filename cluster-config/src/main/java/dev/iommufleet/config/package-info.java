/** Configuration profiles (HOCON) and the typed settings read from them. */
package dev.iommufleet.config;
