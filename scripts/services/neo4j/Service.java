import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.neo4j.dbms.api.DatabaseManagementService;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;

/** A Neo4j server: Service FOLDER SETTINGS PASSWORD. Its settings are a file like neo4j.conf, its user is neo4j. */
public final class Service {
    public static void main(String[] arguments) throws Exception {
        Path folder = Path.of(arguments[0]);
        boolean isNew = !Files.exists(folder.resolve("data"));
        DatabaseManagementService service =
                new DatabaseManagementServiceBuilder(folder)
                        .loadPropertiesFromFile(Path.of(arguments[1]))
                        .build();
        if (isNew) {
            service.database("system")
                    .executeTransactionally(
                            "ALTER USER neo4j SET PASSWORD $password CHANGE NOT REQUIRED",
                            Map.of("password", arguments[2]));
        }
        // The first query of a process waits for much that is loaded then.
        service.database("neo4j").executeTransactionally("UNWIND [1] AS n RETURN n");
        System.out.println("ready");
        Thread.currentThread().join();
    }
}
